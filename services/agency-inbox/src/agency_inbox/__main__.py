"""`python -m agency_inbox worker|web`."""

import sys

from agency_inbox.app import service
from chassis.service.entry import main

if __name__ == "__main__":
    sys.exit(main(service))
