"""Addresses of pages in mails. The body of a mail may hold a code, its subject never does. Pure.

SMS have none: an address would double their length, and their code can be typed.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote


class Links(NamedTuple):
    """`base`: the platform's public address, such as `https://lapor.example.go.id`, without a slash at its end."""

    base: str

    def track(self, code: str, lang: str) -> str:
        """Opens the tracking page; the page's address does not keep the code (docs/adr/0060)."""
        return TRACK[lang].format(link=f"{self.base}/lacak/{quote(code)}")

    def report(self, number: str, lang: str) -> str:
        """A public report."""
        return REPORT[lang].format(link=f"{self.base}/laporan/{number}")

    def confirm(self, number: str, code: str, lang: str) -> str:
        """The form in which a follower confirms an address."""
        return CONFIRM[lang].format(link=self._by_code(number, code))

    def stop(self, number: str, code: str, lang: str) -> str:
        """The form in which a follower ends the notices."""
        return STOP[lang].format(link=self._by_code(number, code))

    def _by_code(self, number: str, code: str) -> str:
        return f"{self.base}/laporan/{number}/ikuti/kode?kode={quote(code)}"


def for_address(address: str, links: Sequence[str]) -> list[str]:
    """Those of a mail; none for a telephone number."""
    return list(links) if "@" in address else []


TRACK: Final = {"id": "Buka laporan Anda: {link}", "en": "Open your report: {link}"}
REPORT: Final = {"id": "Baca laporannya: {link}", "en": "Read the report: {link}"}
CONFIRM: Final = {"id": "Atau konfirmasi di sini: {link}", "en": "Or confirm here: {link}"}
STOP: Final = {"id": "Atau berhenti di sini: {link}", "en": "Or stop here: {link}"}
