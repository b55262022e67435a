"""`python -m intake worker|web`."""

import sys

from chassis.service.entry import main
from intake.app import create_app, worker

if __name__ == "__main__":
    sys.exit(main("intake", web=create_app, worker=worker))
