"""`python -m agency_inbox worker|web`."""

import sys

from agency_inbox.app import create_app, worker
from chassis.service.entry import main

if __name__ == "__main__":
    sys.exit(main("agency_inbox", web=create_app, worker=worker))
