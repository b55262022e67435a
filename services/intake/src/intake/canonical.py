"""The canonical form of a request, by which a repeat is told from another request under the same key."""

from pydantic import BaseModel


def canonical(command: BaseModel) -> bytes:
    """Equal bytes for equal requests. Defaults are left out, so a field added later does not change older requests."""
    return command.model_dump_json(by_alias=True, exclude_defaults=True).encode()
