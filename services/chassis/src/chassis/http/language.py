"""The language of an answer."""


def language(lang: str | None, accept_language: str | None) -> str:
    """`id` or `en`: from the query, else from Accept-Language, else Indonesian."""
    if lang in ("id", "en"):
        return lang
    return "en" if (accept_language or "").lower().startswith("en") else "id"
