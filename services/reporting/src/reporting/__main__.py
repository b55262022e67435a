"""`python -m reporting worker|web`."""

import sys

from chassis.service.entry import main
from reporting.app import service

if __name__ == "__main__":
    sys.exit(main(service))
