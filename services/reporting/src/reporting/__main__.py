"""`python -m reporting worker|web`."""

import sys

from chassis.service.entry import main
from reporting.app import create_app, worker

if __name__ == "__main__":
    sys.exit(main("reporting", web=create_app, worker=worker))
