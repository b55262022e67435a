"""Every field of the taxonomy can be read by the rules, and words that look like a field's are not taken for it."""

from pathlib import Path

import pytest

from router.lexicon.files import rule_data
from router.reading.rules import Rules
from router.registry.seed import first_registry
from schemas.events.registry import TemplateDecreed
from schemas.wording.sectors import SECTORS

RULES = Rules(rule_data())
FILE = Path(__file__).with_name("fields.tsv")
SENTENCES = [tuple(line.split("\t")) for line in FILE.read_text(encoding="utf-8").splitlines()]
LEAST = 3


def _of_template(template: TemplateDecreed) -> set[str]:
    return {sector for office in template.offices for sector in office.sectors}


def taxonomy() -> set[str]:
    """Every field that a body of the first registry has."""
    seed = first_registry()
    return {mandate.sector for mandate in seed.mandates}.union(*map(_of_template, seed.templates))


def test_every_field_of_the_registry_has_words_a_name_and_sentences():
    fields = taxonomy()
    assert len(fields) > 120
    assert {field for field in fields if field not in RULES.homes} == set()
    assert {field for field in fields if field not in SECTORS} == set()
    counted = {field: sum(named == field for named, _ in SENTENCES) for field in fields}
    assert {field: count for field, count in counted.items() if count < LEAST} == {}


@pytest.mark.parametrize(("field", "text"), SENTENCES)
def test_a_plain_sentence_of_a_field_is_read_as_that_field(field: str, text: str):
    reading = RULES.read(text)
    assert (reading.sector, reading.misconduct) == (field, False)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("military", "Jalan Tentara Pelajar berlubang"),
        ("military", "Babinsa ikut kerja bakti, sampah belum diangkut"),
        ("courts", "Jalan Pengadilan berlubang"),
        ("courts", "Sidang skripsi saya ditunda kampus"),
        ("courts", "Parkir liar di depan pengadilan"),
        ("heritage", "Jalan Candi berlubang"),
        ("broadcasting", "Target KPI pegawai kantor itu tidak jelas"),
        ("quarantine", "Karantina mandiri karena covid, puskesmas tidak memantau"),
        ("quarantine", "Tetangga karantina covid butuh bantuan sembako"),
        ("ferries", "Jembatan penyeberangan orang rusak"),
        ("ferries", "Zebra cross penyeberangan jalan sudah pudar"),
        ("election-organising", "Sampah menumpuk di TPS dekat pasar"),
        ("election-organising", "Saya dpt tagihan PDAM yang salah"),
        ("halal", "Acara halal bihalal menutup jalan"),
        ("mining", "Lomba tarik tambang menutup jalan kampung"),
        ("mining", "Galian kabel di jalan tidak ditutup"),
        ("payment-system", "Parkir tidak boleh bayar tunai"),
        ("competition", "Harga beras naik di pasar"),
        ("national-housing", "Lampu jalan mati di daerah Perumnas"),
        ("national-library", "Perpustakaan kelurahan tutup"),
        ("national-sport", "Lapangan bola kelurahan rusak"),
        ("intercity-buses", "Bus kota tidak berhenti di halte"),
        ("airport-service", "Jalan menuju bandara berlubang"),
        ("passenger-ships", "Kapal ikan nelayan menangkap dengan pukat"),
        ("toll-operation", "Mobil derek dishub menarik mobil parkir liar"),
        ("fuel-distribution", "SPBU mengurangi takaran bensin"),
        ("rice-supply", "Harga beras naik di pasar tradisional"),
        ("food-reserves", "Bansos beras belum dibagi di kelurahan"),
        ("civil-service-pension", "PNS bolos kerja"),
        ("search-rescue", "Banjir, rumah tenggelam"),
        ("weather-quakes", "Cuaca panas, pohon di taman mati"),
        ("cyber-security", "Akun saya salah kata sandi di aplikasi pemkot"),
        ("research", "Penelitian skripsi mahasiswa di kampus"),
        ("archives", "Berkas KTP saya hilang di Disdukcapil"),
        ("zakat", "Masjid meminta infak lewat toa masjid setiap malam"),
        ("judges-conduct", "Jadwal sidang di pengadilan diundur"),
        ("police-oversight", "Polisi tidak memproses laporan kehilangan"),
        ("witness-protection", "Saksi nikah belum hadir di KUA"),
        ("deposit-insurance", "Uang simpanan di koperasi simpan pinjam hilang"),
        ("state-audit", "Hasil ujian CPNS salah"),
        ("job-card", "Kartu kuning pencari kerja belum jadi"),
        ("transport", "Jalan rusak di dekat terminal"),
        ("toll-roads", "Jalan berlubang dekat pintu tol"),
    ],
)
def test_words_that_only_look_like_a_field_are_not_taken_for_it(field: str, text: str):
    assert RULES.read(text).sector != field


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Antrean kapal feri di pelabuhan", "ferries"),
        ("Tiket kapal Pelni di pelabuhan dijual calo", "passenger-ships"),
        ("Jalan tol berlubang, aspal rusak", "toll-roads"),
        ("Pensiun TNI belum cair, Asabri diam", "military-pension"),
        ("Pemancar TVRI rusak, siaran televisi hilang", "public-television"),
    ],
)
def test_a_narrow_field_that_is_named_goes_before_the_wider_one(text: str, sector: str):
    assert RULES.read(text).sector == sector


def test_two_narrow_fields_of_one_wide_field_are_weighed_against_each_other():
    assert RULES.read("Jasa Marga di gerbang tol").sector in {"toll-operation", "toll-roads"}
    assert RULES.read("Tiket Pelni dan tiket ASDP di pelabuhan").sector is None
