"""The packages of an image, as options of uv: `python3 deploy/images/parts.py router`."""

import sys

SERVICES = ("intake", "router", "agency-inbox", "escalation", "reporting")
PLATFORM = (*SERVICES, "audit", "backup")
"""Of the image with the command `satupintu`: everything that adds commands to it."""
TRYING = ("local",)
"""Of the image that makes a cluster's secrets and signs demo people in; nothing of it runs in production."""
PARTS = {**{name: (name,) for name in SERVICES}, "platform": PLATFORM, "provider": TRYING}


def packages(part: str) -> tuple[str, ...]:
    """The names of the packages in uv.lock.

    Raises:
        SystemExit: there is no such part.
    """
    if part not in PARTS:
        sys.exit(f"PART={part}: there is no such part; parts are {', '.join(PARTS)}")
    return tuple(f"satupintu-{name}" for name in PARTS[part])


if __name__ == "__main__":
    print(" ".join(f"--package {name}" for name in packages(sys.argv[1] if len(sys.argv) > 1 else "")))
