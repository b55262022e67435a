"""`python -m intake worker|web`."""

import sys

from chassis.service.entry import main
from intake.app import service

if __name__ == "__main__":
    sys.exit(main(service))
