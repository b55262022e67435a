"""`python -m reporting.past MOMENT books ...`: the command `satupintu as-of`, for jobs."""

from reporting.analysis.cli import past

if __name__ == "__main__":
    past()
