"""The level of government that the words name decides the first choice and the desk's first candidate."""

import pytest

from router.placement.choose import Placement, choose, question_of
from router.placement.context import PlacementContext
from schemas.base.values import Level
from support.placing import T0, filed, given, known, nation


def first(text: str, context: PlacementContext | None = None, **more: object) -> str | None:
    """The chosen body, or the desk's first candidate."""
    context = context or nation()
    choice = choose(question_of(given(filed(text, **more)), context, T0), context)
    if isinstance(choice, Placement):
        return choice.body.agency
    return choice.candidates[0].agency if choice.candidates else None


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Jalan nasional rusak, truk sering terguling, Kabupaten Aceh Timur", "kemen-pu"),
        ("Jalan trans Sulawesi longsor di Kabupaten Morowali", "kemen-pu"),
        ("Jembatan nasional retak di Kabupaten Mamuju", "kemen-pu"),
        ("Jalan provinsi longsor di Kabupaten Jayawijaya", "provinsi-papua-pegunungan"),
        ("Jembatan provinsi retak di Kabupaten Boalemo", "provinsi-gorontalo"),
        ("Jalan ini milik pemprov, sudah hancur, Kota Pagar Alam", "provinsi-sumatera-selatan"),
        ("Jalan desa rusak di Kabupaten Tabalong", "kabupaten-tabalong"),
        ("Lampu jalan nasional padam di Kabupaten Batang", "kemenhub"),
        ("PJU provinsi mati di Kabupaten Pringsewu", "provinsi-lampung"),
        ("Lampu jalan kabupaten mati di Kecamatan Bulakamba, Kabupaten Brebes", "kabupaten-brebes"),
        ("Guru SMA sering bolos di Kota Cimahi", "provinsi-jawa-barat"),
        ("SMK di Kota Banjarmasin menarik uang gedung", "provinsi-kalimantan-selatan"),
        ("Atap SD bocor di Kabupaten Cianjur", "kabupaten-cianjur"),
        ("SMP kekurangan meja di Kota Kupang", "kota-kupang"),
        ("UKT PTN di Kota Padang naik", "kemdiktisaintek"),
        ("RSUD provinsi di Kota Surabaya antre panjang", "provinsi-jawa-timur"),
        ("RSUP di Kota Makassar kamar penuh", "kemenkes"),
        ("Puskesmas tutup di Kabupaten Jember", "kabupaten-jember"),
        ("Sungai lintas provinsi meluap di Kabupaten Cirebon", "kemen-pu"),
        ("Sungai lintas kabupaten meluap di Kabupaten Kudus", "provinsi-jawa-tengah"),
        ("Pelabuhan nasional penuh calo di Kota Bitung", "kemenhub"),
        ("Terminal tipe A kotor di Kota Solo", "kemenhub"),
        ("Terminal tipe B kotor di Kota Salatiga", "provinsi-jawa-tengah"),
        ("Hutan lindung dibabat di Kabupaten Kampar", "provinsi-riau"),
        ("Perambahan taman nasional di Kabupaten Kerinci", "kemenhut"),
        ("Tambang emas ilegal di Kabupaten Bombana", "kemen-esdm"),
        ("Pendaftaran nikah di KUA Kabupaten Kolaka dipersulit", "kemenag"),
        ("Laporan di Polres Klaten tidak diproses", "polri"),
        ("Kejaksaan Negeri Garut belum menuntut", "kejaksaan"),
        ("Kantor imigrasi Malang antre paspor lama", "kemen-imipas"),
        ("Sertifikat tanah di BPN Kabupaten Bogor belum jadi", "atr-bpn"),
        ("Bagasi hilang di bandara Kabupaten Lombok Tengah", "kemenhub"),
        ("Kereta api terlambat di stasiun Kota Cirebon", "kai"),
        ("Tarif tol naik di Kabupaten Karawang", "kemen-pu"),
        ("Pengawas ketenagakerjaan tidak datang ke pabrik di Kabupaten Karawang", "provinsi-jawa-barat"),
    ],
)
def test_the_level_that_the_words_name_comes_first(text: str, body: str):
    assert first(text) == body


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("PKH saya belum cair di Kabupaten Sragen", "kemensos"),  # Permensos 1/2018
        ("Saldo kartu sembako BPNT kosong di Kabupaten Indramayu", "kemensos"),  # Perpres 63/2017
        ("Kartu KKS saya terblokir di Kota Ambon", "kemensos"),
        ("Saya warga miskin tidak pernah dapat PKH di Kabupaten Sragen", "kabupaten-sragen"),  # UU 13/2011 pasal 8
        ("BLT dana desa dipotong kepala desa di Kabupaten Sikka", "kabupaten-sikka"),  # UU 6/2014
        ("Kartu KIS saya tidak aktif di Kabupaten Tuban", "bpjs-kesehatan"),  # Perpres 82/2018
        ("Dana KIP sekolah anak saya belum cair di Kota Bima", "kemendikdasmen"),  # Permendikbud 10/2020
        ("KIP Kuliah belum cair, kampus di Kota Mataram", "kemdiktisaintek"),
        ("Insentif Kartu Prakerja belum cair", "kemenko-perekonomian"),  # Perpres 36/2020
        ("NIB gagal terbit di OSS, Kota Denpasar", "bkpm"),  # PP 28/2025
        ("PBG rumah saya belum keluar di Kota Pontianak", "kota-pontianak"),  # PP 16/2021
        ("SLF ditolak di Kabupaten Sidoarjo", "kabupaten-sidoarjo"),
        ("Pengurusan IMB dipersulit di Kota Palu", "kota-palu"),
    ],
)
def test_a_programme_goes_to_the_body_that_runs_it(text: str, body: str):
    assert first(text) == body


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Ini bukan jalan nasional, jalan kabupaten berlubang di Kabupaten Ngawi", "kabupaten-ngawi"),
        ("Jalan berlubang, bukan milik provinsi, di Kabupaten Ngawi", "kabupaten-ngawi"),
    ],
)
def test_a_level_that_is_denied_does_not_count(text: str, body: str):
    assert first(text) == body


def test_the_kind_of_road_says_nothing_about_what_lies_beside_it():
    assert first("Sampah menumpuk di pinggir jalan nasional, Kabupaten Brebes") == "kabupaten-brebes"


def test_a_body_of_the_province_needs_no_more_than_the_province():
    assert first("Jalan provinsi berlubang di Bandung") == "provinsi-jawa-barat"
    assert first("Samsat di Malang antre pajak kendaraan") == "provinsi-jawa-timur"


@pytest.mark.parametrize("context", [known(), nation()])
def test_two_levels_that_are_named_leave_it_to_the_desk_with_the_bodies_of_both(context: PlacementContext):
    text = "Jalan provinsi atau jalan kota ini berlubang"
    choice = choose(question_of(given(filed(text, place={"region": "32.73"})), context, T0), context)
    assert not isinstance(choice, Placement)
    assert choice.reason == "ambiguous"
    assert {each.agency for each in choice.candidates} == {"provinsi-jawa-barat", "kota-bandung"}


def test_the_desk_sees_the_named_level_first_and_the_most_local_body_after_it():
    question = question_of(given(filed("Jalan provinsi longsor di Kabupaten Jayawijaya")), nation(), T0)
    choice = choose(question, nation())
    assert not isinstance(choice, Placement)
    assert question.reading.words.levels["roads"] is Level.PROVINCE
    named, local = choice.candidates[:2]
    assert (named.agency, local.agency) == ("provinsi-papua-pegunungan", "kabupaten-jayawijaya")
    assert named.score > local.score


def test_where_the_place_is_open_the_candidates_are_the_bodies_of_all_places_in_question():
    text = "Lampu jalan mati di Kota Surabaya dan sampah menumpuk di Kota Malang"
    choice = choose(question_of(given(filed(text)), nation(), T0), nation())
    assert not isinstance(choice, Placement)
    assert {each.agency for each in choice.candidates} == {"kota-surabaya", "kota-malang"}
