"""Which later reports a binding decision covers, in words."""

from typing import Final

from schemas.base.values import Level, Matter
from schemas.wording.dates import Bilingual
from schemas.wording.sectors import sector

LEVELS: Final[dict[Level, Bilingual]] = {
    Level.NATIONAL: {"id": "pemerintah pusat di seluruh Indonesia", "en": "the national government, anywhere"},
    Level.PROVINCE: {"id": "pemerintah provinsi di {region}", "en": "the provincial government in {region}"},
    Level.REGENCY: {"id": "pemerintah kabupaten/kota di {region}", "en": "the city or regency in {region}"},
}


def matter(of: Matter, lang: str) -> str:
    """Sector, level and region: "roads and bridges (a matter of the city or regency in Kota Bandung)"."""
    where = LEVELS[of.level][lang].format(region=of.region_name or of.region)
    return f"{sector(of.sector, lang)} ({'urusan' if lang == 'id' else 'a matter of'} {where})"
