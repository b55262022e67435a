"""Why a field was refused, for the person who filled it in: by pydantic's error type, or by one of our rules.

A rule gives its reason in English where it is checked. `RULES` translates these reasons into Indonesian by pattern.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from pydantic_core import ErrorDetails, core_schema

from schemas.wording.dates import Bilingual

_TIME_ID: Final = "harus waktu dengan zonanya, seperti 2026-03-01T09:00:00+07:00"
_TIME_EN: Final = "must be a time with its zone, such as 2026-03-01T09:00:00+07:00"

FOUND: Final[Mapping[str, Bilingual]] = {
    "missing": {"id": "wajib diisi", "en": "is required"},
    "extra_forbidden": {"id": "isian ini tidak dikenal", "en": "this field is not known"},
    "string_type": {"id": "harus berupa teks", "en": "must be text"},
    "string_too_short": {
        "id": "paling sedikit {min_length} karakter", "en": "must have at least {min_length} characters",
    },
    "string_too_long": {"id": "paling banyak {max_length} karakter", "en": "must have at most {max_length} characters"},
    "string_pattern_mismatch": {"id": "bentuknya tidak benar", "en": "does not have the right form"},
    "too_short": {"id": "paling sedikit {min_length} butir", "en": "must have at least {min_length} entries"},
    "too_long": {"id": "paling banyak {max_length} butir", "en": "must have at most {max_length} entries"},
    "greater_than_equal": {"id": "paling kecil {ge}", "en": "must be {ge} or more"},
    "less_than_equal": {"id": "paling besar {le}", "en": "must be {le} or less"},
    "literal_error": {"id": "pilihannya {expected}", "en": "must be {expected}"},
    "enum": {"id": "pilihannya {expected}", "en": "must be {expected}"},
    "bool_type": {"id": "harus ya atau tidak (true, false)", "en": "must be true or false"},
    "bool_parsing": {"id": "harus ya atau tidak (true, false)", "en": "must be true or false"},
    "int_type": {"id": "harus bilangan bulat", "en": "must be a whole number"},
    "int_parsing": {"id": "harus bilangan bulat", "en": "must be a whole number"},
    "float_type": {"id": "harus bilangan", "en": "must be a number"},
    "float_parsing": {"id": "harus bilangan", "en": "must be a number"},
    "finite_number": {"id": "harus bilangan", "en": "must be a number"},
    "int_from_float": {"id": "harus bilangan bulat", "en": "must be a whole number"},
    "int_parsing_size": {"id": "terlalu besar", "en": "is too large"},
    "string_unicode": {"id": "memuat karakter yang rusak", "en": "holds a broken character"},
    "tuple_type": {"id": "harus berupa daftar", "en": "must be a list"},
    "list_type": {"id": "harus berupa daftar", "en": "must be a list"},
    "uuid_parsing": {"id": "harus berupa UUID", "en": "must be a UUID"},
    "time_type": {"id": "harus jam seperti 07:30", "en": "must be a time of day such as 07:30"},
    "time_parsing": {"id": "harus jam seperti 07:30", "en": "must be a time of day such as 07:30"},
    "date_type": {"id": "harus tanggal seperti 2026-03-01", "en": "must be a date such as 2026-03-01"},
    "date_parsing": {"id": "harus tanggal seperti 2026-03-01", "en": "must be a date such as 2026-03-01"},
    "date_from_datetime_parsing": {
        "id": "harus tanggal seperti 2026-03-01", "en": "must be a date such as 2026-03-01",
    },
    "datetime_type": {"id": _TIME_ID, "en": _TIME_EN},
    "datetime_parsing": {"id": _TIME_ID, "en": _TIME_EN},
    "datetime_from_date_parsing": {"id": _TIME_ID, "en": _TIME_EN},
    "datetime_object_invalid": {"id": _TIME_ID, "en": _TIME_EN},
    "timezone_aware": {"id": _TIME_ID, "en": _TIME_EN},
    "model_attributes_type": {"id": "harus berupa objek JSON", "en": "must be a JSON object"},
    "model_type": {"id": "harus berupa objek JSON", "en": "must be a JSON object"},
    "json_invalid": {"id": "permintaan ini bukan JSON", "en": "the request is not JSON"},
}  # fmt: skip
"""By pydantic's error type; `{...}` is filled from the error's context."""

RULES: Final[tuple[tuple[str, str], ...]] = (
    (r"this day has not come yet", "hari itu belum tiba"),
    (r"must lie between (.*) and `to`", r"harus di antara \1 dan `to`"),
    (r"makes more than (\d+) rows of this range", r"membuat lebih dari \1 baris dari jangka ini"),
    (r"is not known", "tidak dikenal"),
    (r"must not lie before (.*)", r"paling awal \1"),
    (r"must lie in the years (\d+) to (\d+)", r"harus jatuh pada tahun \1 sampai \2"),
    (r"no such template was decreed", "pola itu belum ditetapkan"),
    (r"must be a time with its zone, such as (.*)", r"harus waktu dengan zonanya, seperti \1"),
    (r"part must be at most total", "part paling besar sama dengan total"),
    (r"must not be empty", "wajib diisi"),
    (r"must not be longer than (\d+) characters", r"paling banyak \1 karakter"),
    (r"must have (\d+) to (\d+) characters", r"harus \1 sampai \2 karakter"),
    (r"at most (\d+) characters", r"paling banyak \1 karakter"),
    (r"must not hold a NUL character", "tidak boleh memuat karakter NUL"),
    (r"must not hold control characters", "tidak boleh memuat karakter kendali"),
    (r"holds a broken character", "memuat karakter yang rusak"),
    (r"occurs twice", "muncul dua kali"),
    (r"its message was too large to be kept", "pesannya terlalu besar untuk disimpan"),
    (r"must be the `next` of an earlier page", "harus nilai `next` dari halaman sebelumnya"),
    (
        r"the record's key must be the client: a text of 1 to (\d+) characters in UTF-8",
        r"kunci rekaman harus sama dengan client: teks UTF-8 dengan 1 sampai \1 karakter",
    ),
    (r"lat and lon belong together", "lat dan lon harus diisi keduanya"),
    (r"must be an e-mail address", "harus berupa alamat surel"),
    (r"must be a telephone number", "harus berupa nomor telepon"),
    (r"give an email or a phone, one of them", "isi surel atau telepon, salah satunya"),
    (r"a complaint holds at most (\d+) files", r"satu laporan memuat paling banyak \1 berkas"),
    (r"a file has at most (\d+) bytes", r"satu berkas paling besar \1 bita"),
    (r"a file of this kind has at most (\d+) bytes", r"satu berkas jenis ini paling besar \1 bita"),
    (r"is empty: it has 0 bytes", "kosong: ukurannya 0 bita"),
    (r"a form field of that name with the file is needed", "berkas harus dikirim dalam isian formulir dengan nama ini"),
    (r"its content is none of the types that are taken: (.*)", r"isinya bukan jenis yang diterima: \1"),
    (r"a header of 1 to 200 characters is needed on every POST", "setiap POST perlu tajuk ini, 1 sampai 200 karakter"),
    (
        r"lat and long, or address_string, or address_id, is needed",
        "perlu lat dan long, atau address_string, atau address_id",
    ),
    (r"is no form in UTF-8", "bukan formulir UTF-8"),
    (
        r"must be application/x-www-form-urlencoded or multipart/form-data",
        "harus berupa application/x-www-form-urlencoded atau multipart/form-data",
    ),
    (r"must be a UUID made by the client", "harus berupa UUID buatan pengirim"),
    (r'must be \* or entity tags such as "7"', 'harus * atau penanda versi seperti "7"'),
    (r"is `id` or `en`", "pilihannya `id` atau `en`"),
    (r"must be one of (.*)", r"pilihannya \1"),
    (r"the complaint is at version (\d+)", r"laporan ini ada pada versi \1"),
    (r"this is the body, and the unit, that has it now", "itu instansi dan unit yang memegangnya sekarang"),
    (
        r"this is no officer of the agency who has worked with its cases here",
        "itu bukan petugas instansi ini yang pernah membuka kotak masuknya di sini",
    ),
    (r"must be the `next` of a page of this list", "harus `next` dari satu halaman daftar ini"),
    (
        r"pages are no longer numbered: send the `next` of the last one as `after`",
        "halaman tidak lagi bernomor: kirim `next` halaman terakhir sebagai `after`",
    ),
    (r"there are (\d+) already: delete one first", r"sudah ada \1: hapus satu dahulu"),
    (r"there is no field (\{.*\})", r"isian \1 tidak dikenal"),
    (r"a brace stands alone", "ada kurung kurawal tanpa pasangan"),
    (r"is unchanged, so nothing was saved", "belum berubah, jadi tidak ada yang disimpan"),
    (r"another one has this name", "nama itu sudah dipakai"),
    (
        r"this body has returned the complaint; only the arbiter can bind it",
        "instansi itu sudah mengembalikan laporan ini; hanya Ombudsman yang dapat menetapkannya",
    ),
    (
        r"it was returned as often as is allowed; only the arbiter can place it",
        "laporan ini sudah dikembalikan sebanyak yang diizinkan; hanya Ombudsman yang dapat menetapkan instansinya",
    ),
    (
        r"the complaint accuses this body, so another one must examine it",
        "laporan ini menuduh instansi itu, sehingga instansi lain yang harus memeriksanya",
    ),
    (r"name at least one body besides the successor", "sebut paling sedikit satu instansi selain penerusnya"),
    (r"name at least one body", "sebut paling sedikit satu instansi"),
    (r"from the desk a split names the body that leads", "pembagian oleh petugas menyebut instansi yang memimpin"),
    (r"a body cannot succeed itself", "instansi tidak dapat menjadi penerus dirinya sendiri"),
    (r"a body does not inspect itself", "instansi tidak mengawasi dirinya sendiri"),
    (r"a regional body needs the code of its region", "instansi daerah memerlukan kode wilayahnya"),
    (r"it began on (.*)", r"kewenangan itu mulai pada \1"),
    (r"every day must lie in (\d+)", r"setiap hari harus jatuh pada tahun \1"),
    (r"a day is named twice", "satu hari disebut dua kali"),
    (
        r"must be a later day: a clock that runs keeps its period",
        "harus hari setelah hari ini: tenggat yang sedang berjalan tidak diubah",
    ),
    (r"the release brings a policy of that day", "hari itu sudah mempunyai kebijakan bawaan"),
    (r"a period is named twice", "satu jangka waktu disebut dua kali"),
    (
        r"must be `national`, or the code of a province or regency",
        "harus `national`, atau kode provinsi atau kabupaten/kota",
    ),
    (r"the days of this calendar are of the kind (.*)", r"hari dalam kalender ini berjenis \1"),
    (r"no body lies in that region", "tidak ada instansi di wilayah itu"),
    (
        r"a tracking code has 14 characters, such as (.*)",
        r"kode pelacakan terdiri atas 14 karakter, seperti \1",
    ),
    (
        r"the tracking code has a typing error: its check character does not match",
        "ada salah ketik dalam kode pelacakan: karakter pemeriksanya tidak cocok",
    ),
    (
        r"what binds this report alone names no sector, level or region",
        "yang hanya mengikat laporan ini tidak menyebut bidang, tingkat atau wilayah",
    ),
    (
        r"a decision on suspected misconduct binds its own report alone",
        "putusan tentang dugaan pelanggaran hanya mengikat laporannya sendiri",
    ),
    (
        r"name the field too: the report was not read as one of a clear field",
        "sebut juga bidangnya: bidang laporan ini tidak jelas",
    ),
    (r"no body has a mandate for this field", "tidak ada instansi yang berwenang di bidang ini"),
    (
        r"name the region too: at this level a decision speaks for one alone",
        "sebut juga wilayahnya: di tingkat ini putusan berlaku untuk satu wilayah saja",
    ),
    (
        r"cannot be used: no SMS is sent; give an e-mail address",
        "tidak dapat dipakai: SMS tidak dikirim; berikan alamat surel",
    ),
    (r"no such region is known", "wilayah itu tidak dikenal"),
    (r"a public number looks like (.*)", r"nomor laporan berbentuk seperti \1"),
)
"""The reasons that rules give, as patterns, and their Indonesian translation."""
_PREFIX: Final = "Value error, "
_FRAMEWORK: Final = frozenset(get_args(core_schema.ErrorType))
_UNREADABLE: Final[Bilingual] = {"id": "bentuknya tidak dapat dibaca", "en": "cannot be read as given"}


def found(kind: str, context: Mapping[str, Any], message: str, lang: str) -> str:
    """The reason for one pydantic error of type `kind`. Of a type without wording: a rule's own reason, else a general
    one, never the framework's English under Indonesian.
    """
    words = FOUND.get(kind)
    if words is None:
        framework = kind in _FRAMEWORK and not message.startswith(_PREFIX)
        return _UNREADABLE[lang] if framework else why(message.removeprefix(_PREFIX), lang)
    try:
        return words[lang].format_map({name: _shown(value, lang) for name, value in context.items()})
    except KeyError:
        return why(message, lang)


_PREDICATES: Final = frozenset(
    ["is", "are", "must", "has", "have", "holds", "cannot", "does", "occurs", "looks", "may"]
)
"""First words of English reasons that lack a subject."""


def as_sentence(reason: str, lang: str) -> str:
    """A reason as a sentence that can stand beside its field: `This is required.`, `Wajib diisi.`"""
    lacks_subject = lang != "id" and reason.partition(" ")[0] in _PREDICATES
    whole = f"This {reason}" if lacks_subject else f"{reason[:1].upper()}{reason[1:]}"
    return f"{whole.rstrip('.')}."


def by_field(error: ErrorDetails, at: Sequence[object] | None = None) -> str:
    """For the author of a data file: `days.3.on must be a date such as 2026-03-01`. `at` replaces the location."""
    loc = error["loc"] if at is None else at
    text = found(error["type"], error.get("ctx", {}), error["msg"], "en")
    return f"{'.'.join(map(str, loc))} {text}".strip()


def why(text: str, lang: str) -> str:
    """A rule's reason in that language; in English if it has no translation."""
    if lang != "id":
        return text
    for pattern, words in RULES:
        if match := re.fullmatch(pattern, text):
            return match.expand(words)
    return text


def _shown(value: object, lang: str) -> str:
    return str(value).replace(" or ", " atau ") if lang == "id" else str(value)
