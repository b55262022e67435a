"""Reading by the rules: sector, level of government, misconduct."""

import pytest

from router.lexicon.files import BadRules, RuleData, parse_toml, read_data, rule_data
from router.lexicon.phrases import PhraseIndex
from router.reading.rules import Rules
from schemas.base.values import Level

RULES = Rules(rule_data())


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Jalan berlubang besar di dekat sekolah, motor sering jatuh", "roads"),
        ("jln rusak paraaah tolong diaspal pak", "roads"),
        ("Lampu penerangan jalan di gang kami padam sejak Senin", "street-lighting"),
        ("Sampah menumpuk di TPS, truk sampah tidak pernah datang", "waste"),
        ("Setiap hujan deras banjir karena gorong-gorong mampet", "drainage-flood"),
        ("Air PDAM tidak mengalir sudah tiga hari", "water-supply"),
        ("Listrik padam dari pagi, PLN tidak menjawab", "electricity"),
        ("Iuran BPJS Kesehatan saya ditolak padahal sudah bayar", "health-insurance"),
        ("Klaim JHT di BPJS Ketenagakerjaan tidak cair", "employment-insurance"),
        ("Antrean di puskesmas sangat lama, dokter tidak ada", "health-service"),
        ("Pembuatan KTP elektronik sudah setahun belum jadi", "population-registry"),
        ("Saya warga miskin tetapi tidak menerima bansos PKH", "social-aid"),
        ("Kuota antrian paspor di kantor imigrasi selalu penuh", "immigration"),
        ("Sertifikat tanah lewat PTSL belum terbit, BPN diam saja", "land"),
        ("Parkir liar di depan ruko membuat macet", "traffic-parking"),
        ("Perusahaan tidak membayar pesangon setelah PHK", "labour"),
        ("There is a pothole on the road near the market", "roads"),
    ],
)
def test_words_decide_the_sector(text: str, sector: str):
    assert RULES.read(text).sector == sector


@pytest.mark.parametrize("text", ["", "Tolong dibantu pak, terima kasih", "asdf qwerty 12345", "🙏🙏🙏"])
def test_a_text_without_known_words_has_no_sector(text: str):
    assert RULES.read(text).sector is None


def test_two_sectors_of_equal_weight_leave_the_sector_open():
    reading = RULES.read("Puskesmas dan sekolah")
    assert reading.sector is None
    assert {scored.sector for scored in reading.alternatives} == {"health-service", "education"}


def test_a_repeated_word_counts_once():
    assert RULES.read("sampah " * 10).score == RULES.read("sampah").score


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Jalan nasional berlubang", Level.NATIONAL),
        ("jalan provinsi rusak", Level.PROVINCE),
        ("Jalan kabupaten rusak berlubang", Level.REGENCY),
        ("Jalan lintas Sumatera rusak berlubang", Level.NATIONAL),
        ("Jalan raya provinsi berlubang, aset provinsi", Level.PROVINCE),
        ("Jalan poros desa berlubang", Level.REGENCY),
        ("Jalan berlubang dekat pintu tol", None),
        ("Jalan berlubang", None),
        ("Guru SMA negeri tidak masuk sekolah", Level.PROVINCE),
        ("Guru SMP negeri tidak masuk sekolah", Level.REGENCY),
        ("Jalan nasional dan jalan provinsi sama-sama rusak berlubang", None),
    ],
)
def test_words_decide_the_level_of_government(text: str, level: Level | None):
    assert RULES.read(text).level is level


def test_the_addressee_decides_the_level_only_if_the_text_does_not():
    assert RULES.read("Jalan rusak berlubang", "Gubernur").level is Level.PROVINCE
    assert RULES.read("Jalan kabupaten rusak berlubang", "Gubernur").level is Level.REGENCY


@pytest.mark.parametrize(
    "text",
    [
        "Petugas kelurahan minta uang untuk bikin KTP",
        "OKNUM pegawai dinas itu meminta sejumlah uang supaya izin keluar",
        "Saya dimintai uang 200rb oleh petugas puskesmas",
        "Pak RT tiap bulan narik duit untuk tanda tangan surat",
        "Kepala sekolah minta 500ribu per siswa",
        "An officer at the counter asked us for money",
    ],
)
def test_a_public_servant_who_asks_for_money_is_found_with_words_in_between(text: str):
    assert RULES.read(text).misconduct


@pytest.mark.parametrize(
    "text",
    [
        "Pengemis minta uang di lampu merah",
        "Tukang parkir minta uang lima ribu",
        "Warga meminta petugas memperbaiki jalan",
        "Petugas meminta kami menunggu di loket",
        "Minta bantuan uang untuk biaya sekolah, mohon petugas sosial datang",
    ],
)
def test_other_requests_and_other_people_are_not_misconduct(text: str):
    assert not RULES.read(text).misconduct


def test_bribery_is_reported_in_the_words_of_the_lists_only():
    assert "petugas minta uang" in RULES.read("Petugas Sukarno dari Kelurahan minta lagi uang").words


@pytest.mark.parametrize("text", ["Ada pungli di sekolah", "petugas minta uang pelicin", "dugaan korupsi dana desa"])
def test_phrases_of_misconduct_are_found(text: str):
    assert RULES.read(text).misconduct


@pytest.mark.parametrize("text", ["Terima kasih, layanan sudah bebas pungli", "Sekolah bagus"])
def test_praise_is_not_misconduct(text: str):
    assert not RULES.read(text).misconduct


def test_only_phrases_of_the_lists_are_recorded():
    reading = RULES.read("Budi Santoso bilang jalan berlubang di rumahnya")
    assert reading.words == ("jalan berlubang",)


def test_the_longest_phrase_wins_and_none_overlap():
    words = PhraseIndex([("lampu", 1), ("lampu jalan", 2), ("jalan rusak", 3)], {})
    assert [found.meanings for found in words.find("lampu jalan rusak")] == [(2,)]


@pytest.mark.parametrize(
    ("before", "after"),
    [("[levels]", "[levels"), ('home = "regency"', 'home = "village"'), ("strong = [", "strang = [")],
)
def test_a_rule_file_that_does_not_parse_is_refused(before: str, after: str):
    with pytest.raises(BadRules, match=r"rules\.toml"):
        parse_toml(RuleData, read_data("rules.toml").replace(before, after, 1), "rules.toml")
