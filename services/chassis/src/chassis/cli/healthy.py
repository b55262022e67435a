"""`python -m chassis.cli.healthy`: exit status 0 if this container's process is ready, for its health check."""

import sys
import urllib.error
import urllib.request

from chassis.base.settings import read_settings


def main() -> int:
    """Ask /readyz of the process that runs with the same settings. Says on standard error what is not ready."""
    _host, port = read_settings().health_listener
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=4):
            return 0
    except urllib.error.HTTPError as error:
        sys.stderr.write(f"not ready: {error.read(2000).decode(errors='replace')}\n")
    except OSError as error:
        sys.stderr.write(f"no answer: {error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
