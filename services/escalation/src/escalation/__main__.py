"""`python -m escalation worker|web`."""

import sys

from chassis.service.entry import main
from escalation.app import service

if __name__ == "__main__":
    sys.exit(main(service))
