"""Paths of our pages that the provider sends people back to, and that must be registered there."""

from typing import Final

CALLBACK: Final = "/masuk/kembali"
"""After signing in."""
SIGNED_OUT: Final = "/keluar"
"""After signing out."""
