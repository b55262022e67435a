"""The wording of every fact. `Type.variant` where a field of the fact decides the words; `{said}` is its text."""

from typing import Final

from schemas.wording.dates import Bilingual

VARIANT: Final = {
    "ComplaintWithdrawn": "cause",
    "ComplaintRouted": "cause",
    "ComplaintReferred": "reason",
    "ArbitrationOpened": "reason",
    "ComplaintUnjoined": "reason",
    "ComplaintArchived": "reason",
    "ComplaintReturned": "scope",
    "ComplaintEscalated": "cause",
    "ComplaintLapsed": "cause",
}
"""The field that picks the variant."""

INTAKE: Final[dict[str, Bilingual]] = {
    "ComplaintFiled": {
        "id": "Laporan diterima melalui {channel} dengan nomor {number}.",
        "en": "The report was received through {channel} as number {number}.",
    },
    "DetailAdded": {"id": "Pelapor menambahkan keterangan{said}.", "en": "The reporter added a detail{said}."},
    "AttachmentAdded": {"id": "Pelapor menambahkan lampiran{said}.", "en": "The reporter added a file{said}."},
    "ComplaintWithdrawn.reporter": {
        "id": "Pelapor mencabut laporan{said}.",
        "en": "The reporter withdrew the report{said}.",
    },
    "ComplaintWithdrawn.erasure": {
        "id": "Laporan dicabut karena pelapor meminta datanya dihapus.",
        "en": "The report was withdrawn because the reporter asked for their data to be erased.",
    },
    "ComplaintWithdrawn.whole": {
        "id": "Bagian ini dicabut karena laporan induknya berakhir.",
        "en": "This part was withdrawn because the whole report ended.",
    },
    "ResolutionConfirmed": {
        "id": "Pelapor menyatakan masalahnya sudah selesai{rating}{said}.",
        "en": "The reporter says that the matter is settled{rating}{said}.",
    },
    "ResolutionDisputed": {
        "id": "Pelapor menyanggah hasilnya{said}.",
        "en": "The reporter disputes the outcome{said}.",
    },
    "OmbudsmanRequested": {
        "id": "Pelapor meminta Ombudsman turut melihat laporan ini{said}.",
        "en": "The reporter asked the Ombudsman to look at this report{said}.",
    },
    "PersonalDataErased": {
        "id": "Data pribadi pelapor dihapus atas permintaannya (UU 27/2022).",
        "en": "The reporter's personal data was erased at their request (law 27/2022).",
    },
    "ComplaintSupported": {"id": "Seorang warga mendukung laporan ini.", "en": "A member of the public supports this."},
}
ROUTER: Final[dict[str, Bilingual]] = {
    "ComplaintClassified": {
        "id": "Laporan dibaca sebagai {class_}{sector}{grade}{urgency}.",
        "en": "The report was read as {class_}{sector}{grade}{urgency}.",
    },
    "ComplaintRouted.supervision": {
        "id": "Laporan diteruskan kepada {agency}, yang berwenang memeriksanya{why}.",
        "en": "The report was forwarded to {agency}, which has the authority to examine it{why}.",
    },
    "ComplaintRouted.suggestion": {
        "id": "Laporan diteruskan kepada {agency} atas saran instansi sebelumnya{why}.",
        "en": "The report was forwarded to {agency}, as the previous body suggested{why}.",
    },
    "ComplaintRouted.precedent": {
        "id": "Laporan diteruskan kepada {agency}, mengikuti putusan terdahulu untuk perkara serupa{why}.",
        "en": "The report was forwarded to {agency}, following an earlier decision on the like{why}.",
    },
    "ComplaintRouted.mandate": {
        "id": "Laporan diteruskan kepada {agency} sesuai kewenangannya{why}.",
        "en": "The report was forwarded to {agency}, which has the authority for it{why}.",
    },
    "ComplaintRouted.desk": {
        "id": "Petugas pemilah meneruskan laporan kepada {agency}.",
        "en": "The triage desk forwarded the report to {agency}.",
    },
    "ComplaintRouted.binding": {
        "id": "Laporan diteruskan kepada {agency} berdasarkan putusan Ombudsman yang mengikat.",
        "en": "The report was forwarded to {agency} by the Ombudsman's binding decision.",
    },
    "ComplaintRouted.merger": {
        "id": "Laporan kini dipegang {agency}, menggantikan instansi yang sudah tidak ada.",
        "en": "The report is now held by {agency}, in place of a body that no longer exists.",
    },
    "ComplaintRouted.part": {
        "id": "Bagian laporan ini diserahkan kepada {agency}.",
        "en": "This part of the report was given to {agency}.",
    },
    "ComplaintRouted.split": {
        "id": "{agency} memimpin penanganan laporan ini.",
        "en": "{agency} leads the work on this report.",
    },
    "ComplaintReferred.no_sector": {
        "id": "Laporan diserahkan kepada petugas pemilah karena bidangnya belum jelas{in_question}.",
        "en": "The report went to the triage desk because its subject is not clear yet{in_question}.",
    },
    "ComplaintReferred.no_region": {
        "id": "Laporan diserahkan kepada petugas pemilah karena lokasinya belum jelas.",
        "en": "The report went to the triage desk because its place is not clear yet.",
    },
    "ComplaintReferred.no_mandate": {
        "id": "Laporan diserahkan kepada petugas pemilah karena belum ada instansi yang tercatat berwenang.",
        "en": "The report went to the triage desk because no body is recorded as having the authority.",
    },
    "ComplaintReferred.ambiguous": {
        "id": "Laporan diserahkan kepada petugas pemilah karena lebih dari satu instansi mungkin berwenang.",
        "en": "The report went to the triage desk because more than one body may have the authority.",
    },
    "ComplaintReferred.all_returned": {
        "id": "Laporan diserahkan kepada petugas pemilah karena semua instansi yang berwenang mengembalikannya.",
        "en": "The report went to the triage desk because every body with the authority returned it.",
    },
    "ComplaintReferred.overdue": {
        "id": "Laporan diserahkan kepada petugas pemilah karena penempatan otomatis melewati batas waktu.",
        "en": "The report went to the triage desk because automatic placing took too long.",
    },
    "ComplaintReferred.class_needs_person": {
        "id": "Laporan diserahkan kepada petugas pemilah karena jenisnya perlu dibaca oleh petugas.",
        "en": "The report went to the triage desk because a person must read its kind.",
    },
    "ComplaintReferred.agency_gone": {
        "id": "Laporan diserahkan kepada petugas pemilah karena instansi pemegangnya sudah tidak ada.",
        "en": "The report went to the triage desk because the body that held it no longer exists.",
    },
    "ReporterAsked": {
        "id": "Petugas pemilah bertanya kepada pelapor{said}.",
        "en": "The triage desk asked the reporter{said}.",
    },
    "ArbitrationOpened.third_return": {
        "id": "Laporan diserahkan kepada Ombudsman karena sudah tiga kali dikembalikan.",
        "en": "The report went to the Ombudsman because it was returned three times.",
    },
    "ArbitrationOpened.desk": {
        "id": "Petugas pemilah meminta Ombudsman memutuskan siapa yang berwenang.",
        "en": "The triage desk asked the Ombudsman to decide who has the authority.",
    },
    "ArbitrationDecided": {
        "id": "Ombudsman memutuskan bahwa laporan ini wewenang {agency}{said}.{binds}",
        "en": "The Ombudsman decided that this is the responsibility of {agency}{said}.{binds}",
    },
    "ComplaintJoined": {
        "id": "Laporan digabungkan dengan laporan lebih awal tentang hal yang sama.",
        "en": "The report was joined to an earlier one about the same matter.",
    },
    "ComplaintUnjoined.desk": {
        "id": "Petugas memisahkan laporan ini dari laporan utama; laporan ditempatkan tersendiri lagi.",
        "en": "The triage desk separated this report from its lead; it is placed on its own again.",
    },
    "ComplaintUnjoined.lead_withdrawn": {
        "id": "Laporan utama berakhir tanpa jawaban, maka laporan ini ditempatkan tersendiri lagi.",
        "en": "The lead report ended without an answer, so this one is placed on its own again.",
    },
    "ComplaintUnjoined.lead_archived": {
        "id": "Laporan utama diarsipkan, maka laporan ini ditempatkan tersendiri lagi.",
        "en": "The lead report was archived, so this one is placed on its own again.",
    },
    "ComplaintUnjoined.lead_secret": {
        "id": "Laporan utama tidak dapat diikuti lagi, maka laporan ini ditempatkan tersendiri.",
        "en": "The lead report can no longer be followed, so this one is placed on its own again.",
    },
    "ComplaintSplit": {
        "id": "Laporan dibagi kepada {agencies}; satu jawaban bersama akan diberikan.",
        "en": "The report was shared out to {agencies}; there will be one joint answer.",
    },
    "PartOpened": {"id": "Bagian laporan ini dibuka{said}.", "en": "This part of the report was opened{said}."},
    "ComplaintArchived.content": {
        "id": "Petugas mengarsipkan laporan karena isinya tidak dapat diproses{said}.",
        "en": "The triage desk archived the report because its content cannot be handled{said}.",
    },
    "ComplaintArchived.too_old": {
        "id": "Petugas mengarsipkan laporan karena kejadiannya sudah terlalu lama{said}.",
        "en": "The triage desk archived the report because the event lies too far back{said}.",
    },
    "ComplaintArchived.not_about_public_service": {
        "id": "Petugas mengarsipkan laporan karena bukan tentang pelayanan publik{said}.",
        "en": "The triage desk archived the report because it is not about a public service{said}.",
    },
    "ComplaintArchived.unintelligible": {
        "id": "Petugas mengarsipkan laporan karena isinya tidak dapat dipahami{said}.",
        "en": "The triage desk archived the report because it cannot be understood{said}.",
    },
    "ComplaintArchived.reporter_wish": {
        "id": "Petugas mengarsipkan laporan atas keinginan pelapor{said}.",
        "en": "The triage desk archived the report at the reporter's wish{said}.",
    },
    "ComplaintArchived.duplicate": {
        "id": "Petugas mengarsipkan laporan karena pelapor sudah melaporkan hal yang sama{said}.",
        "en": "The triage desk archived the report because the reporter had already filed the same{said}.",
    },
    "ComplaintRestated": {
        "id": "Laporan dirumuskan ulang untuk publik{said}.",
        "en": "The report was reworded for the public{said}.",
    },
}
AGENCY: Final[dict[str, Bilingual]] = {
    "ComplaintDelivered": {
        "id": "Laporan sudah masuk ke sistem {agency}.",
        "en": "The report has reached the systems of {agency}.",
    },
    "ComplaintAcknowledged": {
        "id": "{agency} menerima laporan ini dan mulai mengerjakannya.",
        "en": "{agency} took the report up and has begun to work on it.",
    },
    "ComplaintReturned.agency": {
        "id": "{agency} mengembalikan laporan karena bukan wewenangnya{suggested}{said}.",
        "en": "{agency} returned the report as not its field{suggested}{said}.",
    },
    "ComplaintReturned.unit": {
        "id": "Unit di {agency} mengembalikan laporan karena bukan wewenangnya{suggested}{said}.",
        "en": "A unit of {agency} returned the report as not its field{suggested}{said}.",
    },
    "ProgressRecorded": {
        "id": "{agency} menyampaikan kemajuan{said}.",
        "en": "{agency} told how far it is{said}.",
    },
    "ClarificationRequested": {
        "id": "{agency} bertanya kepada pelapor{said}.",
        "en": "{agency} asked the reporter{said}.",
    },
    "ResponseGiven": {"id": "{agency} memberikan jawaban{said}.", "en": "{agency} gave its answer{said}."},
}
TIME: Final[dict[str, Bilingual]] = {
    "ReminderSent": {
        "id": "{who} diingatkan bahwa batas waktu {clock} {is} {due}.",
        "en": "A reminder went to {who}: the date for {clock} {is} {due}.",
    },
    "DeadlineMissed": {
        "id": "Batas waktu {clock}, {due}, sudah terlewati.",
        "en": "The date for {clock}, {due}, has passed.",
    },
    "ComplaintEscalated.deadline": {
        "id": "{late} {rung}{again}.",
        "en": "{late} {rung}{again}.",
    },
    "ComplaintEscalated.second_dispute": {
        "id": "Karena hasilnya dua kali disanggah, laporan ini dinaikkan kepada {rung}.",
        "en": "Because the outcome was disputed twice, the report was raised to {rung}.",
    },
    "ComplaintEscalated.direct": {
        "id": "Atas permintaan pelapor, laporan ini dinaikkan kepada {rung}.",
        "en": "At the reporter's wish the report was raised to {rung}.",
    },
    "ComplaintLapsed.silence": {
        "id": "Laporan ditutup karena pelapor tidak menanggapi jawaban sampai batas waktunya.",
        "en": "The report was closed because the reporter did not reply to the answer in time.",
    },
    "ComplaintLapsed.incomplete": {
        "id": "Laporan ditutup karena pertanyaan kepada pelapor tidak dijawab sampai batas waktunya.",
        "en": "The report was closed because the question to the reporter was not answered in time.",
    },
    "DueDateMoved": {
        "id": "Kalender hari libur berubah: batas waktu {clock} berpindah dari {before} ke {due}.",
        "en": "The calendar of days off changed: the date for {clock} moved from {before} to {due}.",
    },
}
REGISTRY: Final[dict[str, Bilingual]] = {
    "AgencyRegistered": {"id": "{name} terdaftar sebagai instansi.", "en": "{name} was registered as an agency."},
    "TemplateDecreed": {
        "id": "Susunan perangkat {template} ditetapkan mulai {day} ({source}).",
        "en": "The offices of every {template} are set from {day} on ({source}).",
    },
    "AgencyRenamed": {
        "id": "Instansi {id} berganti nama menjadi {name}.",
        "en": "The agency {id} was renamed to {name}.",
    },
    "AgenciesMerged": {
        "id": "{agencies} digabungkan ke dalam {successor}: {reason}.",
        "en": "{agencies} were merged into {successor}: {reason}.",
    },
    "AgencyDissolved": {"id": "{agency} dibubarkan: {reason}.", "en": "{agency} was dissolved: {reason}."},
    "MandateGiven": {
        "id": "{agency} berwenang atas {sector} mulai {day} ({source}).",
        "en": "{agency} has the authority for {sector} from {day} on ({source}).",
    },
    "MandateWithdrawn": {
        "id": "Kewenangan {agency} atas {sector} berakhir pada {day}.",
        "en": "The authority of {agency} for {sector} ends on {day}.",
    },
    "ModelSwitched": {
        "id": "Penempatan kini memakai model {model}.",
        "en": "Placing now uses the model {model}.",
    },
    "CalendarDecreed": {
        "id": "Hari libur tahun {year} ditetapkan ({source}).",
        "en": "The days off of {year} were decreed ({source}).",
    },
}
WORDS: Final[dict[str, Bilingual]] = {**INTAKE, **ROUTER, **AGENCY, **TIME, **REGISTRY}
