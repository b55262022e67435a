"""`python -m escalation worker|web`."""

import sys

from chassis.service.entry import main
from escalation.app import create_app, worker

if __name__ == "__main__":
    sys.exit(main("escalation", web=create_app, worker=worker))
