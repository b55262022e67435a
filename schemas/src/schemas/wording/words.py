"""The sentence of every event, and the name of every action that a refusal may mention.

A type whose sentence depends on one of its fields has one sentence per value of that field, which `VARIANT` names.
`{said}` quotes the event's first sealed text; `schemas.wording.facts` fills the other names in braces.
"""

from typing import Final

from schemas.events import agency_inbox as a
from schemas.events import escalation as e
from schemas.events import intake as i
from schemas.events import registry as g
from schemas.events import reporting as p
from schemas.events import router as r
from schemas.events.base import Fact
from schemas.wording.dates import Bilingual

VARIANT: Final[dict[type[Fact], str]] = {
    i.AttachmentChecked: "outcome",
    i.ComplaintWithdrawn: "cause",
    r.ComplaintRouted: "cause",
    r.ComplaintReferred: "reason",
    r.ArbitrationOpened: "reason",
    r.ComplaintUnjoined: "reason",
    r.ComplaintArchived: "reason",
    a.ComplaintReturned: "scope",
    r.ReportHidden: "reason",
    e.ComplaintEscalated: "cause",
    e.ComplaintLapsed: "cause",
}
"""The field whose value selects the sentence."""

ACTIONS: Final[dict[type[Fact], Bilingual]] = {
    i.DetailAdded: {"id": "menambah keterangan", "en": "adding a detail"},
    i.NoteAdded: {"id": "menambah catatan", "en": "adding a note"},
    i.AttachmentAdded: {"id": "menambah lampiran", "en": "adding a file"},
    i.ComplaintWithdrawn: {"id": "mencabut laporan", "en": "withdrawing the report"},
    i.ResolutionConfirmed: {"id": "menyatakan selesai", "en": "confirming the outcome"},
    i.ResolutionDisputed: {"id": "menyanggah", "en": "disputing"},
    i.ErasureRefused: {"id": "menolak penghapusan data", "en": "refusing the erasure"},
    i.JoinDeclined: {"id": "memisahkan laporan dari laporan utama", "en": "undoing the join"},
    i.OmbudsmanRequested: {"id": "meminta bantuan Ombudsman", "en": "asking for the Ombudsman"},
    r.ComplaintRouted: {"id": "meneruskan laporan", "en": "forwarding the report"},
    r.ComplaintReferred: {"id": "menyerahkan kepada petugas pemilah", "en": "referring it to the triage desk"},
    r.ReporterAsked: {"id": "bertanya kepada pelapor", "en": "asking the reporter"},
    r.ArbitrationOpened: {"id": "meminta putusan Ombudsman", "en": "asking the Ombudsman to decide"},
    r.ArbitrationDecided: {"id": "memutuskan kewenangan", "en": "deciding whose it is"},
    r.ComplaintJoined: {"id": "menggabungkan laporan", "en": "joining the report to another"},
    r.ComplaintUnjoined: {"id": "memisahkan laporan", "en": "separating the report from its lead"},
    r.ComplaintSplit: {"id": "membagi laporan", "en": "splitting the report"},
    r.ComplaintArchived: {"id": "mengarsipkan laporan", "en": "archiving the report"},
    r.ComplaintRestated: {"id": "merumuskan ulang laporan", "en": "rewording the report"},
    a.ComplaintAcknowledged: {"id": "menerima laporan", "en": "acknowledging the report"},
    a.ComplaintReturned: {"id": "mengembalikan laporan", "en": "returning the report"},
    a.ProgressRecorded: {"id": "menyampaikan kemajuan", "en": "recording progress"},
    a.OfficerNoteAdded: {"id": "menulis catatan petugas", "en": "writing an officer's note"},
    a.CaseAssigned: {"id": "menugaskan petugas", "en": "assigning an officer"},
    a.ClarificationRequested: {"id": "bertanya kepada pelapor", "en": "asking the reporter"},
    a.ResponseGiven: {"id": "memberi jawaban", "en": "giving an answer"},
}
"""What a person tried to do, where the present status does not allow the event."""

SENTENCES: Final[dict[type[Fact] | tuple[type[Fact], str], Bilingual]] = {
    i.ComplaintFiled: {
        "id": "Laporan diterima melalui {channel} dengan nomor {number}.",
        "en": "The report was received through {channel} as number {number}.",
    },
    i.DetailAdded: {"id": "Pelapor menambahkan keterangan{said}.", "en": "The reporter added a detail{said}."},
    i.NoteAdded: {
        "id": "Sebuah catatan dari orang yang belum tentu pelapornya masuk melalui {channel}{said}.",
        "en": "A note of somebody who may not be the reporter came through {channel}{said}.",
    },
    i.AttachmentAdded: {"id": "Pelapor menambahkan lampiran{said}.", "en": "The reporter added a file{said}."},
    (i.AttachmentChecked, "cleaned"): {
        "id": "Sebuah lampiran selesai diperiksa; pemegang laporan membuka salinannya tanpa data tersembunyi.",
        "en": "A file was checked; the report's holder opens a copy of it without hidden data.",
    },
    (i.AttachmentChecked, "original"): {
        "id": (
            "Sebuah lampiran selesai diperiksa, tetapi data tersembunyi di dalamnya tidak dapat dihapus; pemegang "
            "laporan membukanya seperti yang dikirim."
        ),
        "en": (
            "A file was checked, but the hidden data in it cannot be removed; the report's holder opens it as it was "
            "sent."
        ),
    },
    (i.AttachmentChecked, "withheld"): {
        "id": (
            "Sebuah lampiran tidak dapat dibersihkan dengan aman. Demi melindungi pelapor dan pembacanya, lampiran itu "
            "tidak diperlihatkan kepada siapa pun; kirimkan lagi sebagai foto JPEG atau sebagai PDF tanpa kata sandi."
        ),
        "en": (
            "A file cannot be cleaned safely. To protect the reporter and its readers it is shown to nobody; send it "
            "again as a JPEG picture or as a PDF without a password."
        ),
    },
    (i.AttachmentChecked, "infected"): {
        "id": "Sebuah lampiran memuat program berbahaya; lampiran itu tidak dapat dibuka oleh siapa pun.",
        "en": "A file contains a harmful program; nobody can open it.",
    },
    (i.ComplaintWithdrawn, "reporter"): {
        "id": "Pelapor mencabut laporan{said}.",
        "en": "The reporter withdrew the report{said}.",
    },
    (i.ComplaintWithdrawn, "erasure"): {
        "id": "Laporan dicabut karena pelapor meminta datanya dihapus.",
        "en": "The report was withdrawn because the reporter asked for their data to be erased.",
    },
    (i.ComplaintWithdrawn, "whole"): {
        "id": "Bagian ini dicabut karena laporan induknya berakhir.",
        "en": "This part was withdrawn because the whole report ended.",
    },
    i.ResolutionConfirmed: {
        "id": "Pelapor menyatakan masalahnya sudah selesai{rating}{said}.",
        "en": "The reporter says that the matter is settled{rating}{said}.",
    },
    i.ResolutionDisputed: {
        "id": "Pelapor menyanggah hasilnya{said}.",
        "en": "The reporter disputes the outcome{said}.",
    },
    i.JoinDeclined: {
        "id": "Pelapor menyatakan laporan ini bukan hal yang sama{said}; laporan ditempatkan tersendiri lagi.",
        "en": "The reporter says that this is not the same matter{said}; it is placed on its own again.",
    },
    i.OmbudsmanRequested: {
        "id": "Pelapor meminta Ombudsman turut melihat laporan ini{said}.",
        "en": "The reporter asked the Ombudsman to look at this report{said}.",
    },
    i.ContactRead: {
        "id": "{agency} membuka nama dan kontak pelapor{said}.",
        "en": "{agency} looked at the reporter's name and contacts{said}.",
    },
    i.ErasureRequested: {
        "id": "Pelapor meminta datanya dihapus; instansi yang memeriksa memutuskan dalam 3 x 24 jam (UU 27/2022).",
        "en": "The reporter asked for erasure; the examining body decides within 3 x 24 hours (law 27/2022).",
    },
    i.ErasureRefused: {
        "id": "{agency} menyimpan data selama pemeriksaan berlangsung{said}. Sesudah itu data dihapus.",
        "en": "{agency} keeps the data while the examination goes on{said}. Afterwards it is erased.",
    },
    i.DataAccessRequested: {
        "id": "Pelapor meminta salinan semua data tentang dirinya; batas waktunya {due} (UU 27/2022).",
        "en": "The reporter asked for everything that is held about them; it is due by {due} (law 27/2022).",
    },
    i.DataAccessGiven: {
        "id": "Salinan data diserahkan kepada pelapor.",
        "en": "The reporter was given a copy of the data.",
    },
    i.PersonalDataErased: {
        "id": "Data pribadi pelapor dihapus atas permintaannya (UU 27/2022).",
        "en": "The reporter's personal data was erased at their request (law 27/2022).",
    },
    p.ComplaintSupported: {
        "id": "Seorang warga mendukung laporan ini.",
        "en": "A member of the public supports this report.",
    },
    r.ComplaintClassified: {
        "id": "Laporan dibaca sebagai {class_}{sector}{grade}{urgency}.",
        "en": "The report was read as {class_}{sector}{grade}{urgency}.",
    },
    (r.ComplaintRouted, "supervision"): {
        "id": "Laporan diteruskan kepada {agency}, yang berwenang memeriksanya{why}.",
        "en": "The report was forwarded to {agency}, which has the authority to examine it{why}.",
    },
    (r.ComplaintRouted, "suggestion"): {
        "id": "Laporan diteruskan kepada {agency} atas saran instansi sebelumnya{why}.",
        "en": "The report was forwarded to {agency}, as the previous body suggested{why}.",
    },
    (r.ComplaintRouted, "precedent"): {
        "id": "Laporan diteruskan kepada {agency}, mengikuti putusan terdahulu untuk perkara serupa{why}.",
        "en": "The report was forwarded to {agency}, following an earlier decision in a similar case{why}.",
    },
    (r.ComplaintRouted, "mandate"): {
        "id": "Laporan diteruskan kepada {agency} sesuai kewenangannya{why}.",
        "en": "The report was forwarded to {agency}, which has the authority for it{why}.",
    },
    (r.ComplaintRouted, "desk"): {
        "id": "Petugas pemilah meneruskan laporan kepada {agency}.",
        "en": "The triage desk forwarded the report to {agency}.",
    },
    (r.ComplaintRouted, "binding"): {
        "id": "Laporan diteruskan kepada {agency} berdasarkan putusan Ombudsman yang mengikat.",
        "en": "The report was forwarded to {agency} by the Ombudsman's binding decision.",
    },
    (r.ComplaintRouted, "merger"): {
        "id": "Laporan kini dipegang {agency}, menggantikan instansi yang sudah tidak ada.",
        "en": "The report is now held by {agency}, in place of a body that no longer exists.",
    },
    (r.ComplaintRouted, "part"): {
        "id": "Bagian laporan ini diserahkan kepada {agency}.",
        "en": "This part of the report was given to {agency}.",
    },
    (r.ComplaintRouted, "split"): {
        "id": "{agency} memimpin penanganan laporan ini.",
        "en": "{agency} leads the work on this report.",
    },
    (r.ComplaintReferred, "no_sector"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena bidangnya belum jelas{in_question}.",
        "en": "The report went to the triage desk because its subject is not clear yet{in_question}.",
    },
    (r.ComplaintReferred, "no_region"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena lokasinya belum jelas.",
        "en": "The report went to the triage desk because its location is not clear yet.",
    },
    (r.ComplaintReferred, "no_mandate"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena belum ada instansi yang tercatat berwenang.",
        "en": "The report went to the triage desk because no body is recorded as having the authority.",
    },
    (r.ComplaintReferred, "ambiguous"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena lebih dari satu instansi mungkin berwenang.",
        "en": "The report went to the triage desk because more than one body may have the authority.",
    },
    (r.ComplaintReferred, "all_returned"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena semua instansi yang berwenang mengembalikannya.",
        "en": "The report went to the triage desk because every body with the authority returned it.",
    },
    (r.ComplaintReferred, "overdue"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena penempatan otomatis melewati batas waktu.",
        "en": "The report went to the triage desk because automatic placement took too long.",
    },
    (r.ComplaintReferred, "class_needs_person"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena jenisnya perlu dibaca oleh petugas.",
        "en": "The report went to the triage desk because a person must read what kind of report it is.",
    },
    (r.ComplaintReferred, "agency_gone"): {
        "id": "Laporan diserahkan kepada petugas pemilah karena instansi pemegangnya sudah tidak ada.",
        "en": "The report went to the triage desk because the body that held it no longer exists.",
    },
    r.ReporterAsked: {
        "id": "Petugas pemilah bertanya kepada pelapor{said}.",
        "en": "The triage desk asked the reporter{said}.",
    },
    (r.ArbitrationOpened, "third_return"): {
        "id": "Laporan diserahkan kepada Ombudsman karena sudah tiga kali dikembalikan.",
        "en": "The report went to the Ombudsman because it was returned three times.",
    },
    (r.ArbitrationOpened, "agency_gone"): {
        "id": "Laporan diserahkan kepada Ombudsman karena instansi pemegangnya sudah tidak ada dan laporan ini pernah "
        "dikembalikan.",
        "en": "The report went to the Ombudsman because the body that held it no longer exists and the report had been "
        "returned before.",
    },
    (r.ArbitrationOpened, "desk"): {
        "id": "Petugas pemilah meminta Ombudsman memutuskan siapa yang berwenang.",
        "en": "The triage desk asked the Ombudsman to decide who has the authority.",
    },
    r.ArbitrationDecided: {
        "id": "Ombudsman memutuskan bahwa laporan ini wewenang {agency}{said}.{binds}",
        "en": "The Ombudsman decided that this is the responsibility of {agency}{said}.{binds}",
    },
    r.ComplaintJoined: {
        "id": "Laporan digabungkan dengan laporan lebih awal tentang hal yang sama.",
        "en": "The report was joined to an earlier one about the same matter.",
    },
    (r.ComplaintUnjoined, "desk"): {
        "id": "Petugas memisahkan laporan ini dari laporan utama; laporan ditempatkan tersendiri lagi.",
        "en": "The triage desk separated this report from its lead; it is placed on its own again.",
    },
    (r.ComplaintUnjoined, "lead_withdrawn"): {
        "id": "Laporan utama berakhir tanpa jawaban, maka laporan ini ditempatkan tersendiri lagi.",
        "en": "The lead report ended without an answer, so this one is placed on its own again.",
    },
    (r.ComplaintUnjoined, "lead_archived"): {
        "id": "Laporan utama diarsipkan, maka laporan ini ditempatkan tersendiri lagi.",
        "en": "The lead report was archived, so this one is placed on its own again.",
    },
    (r.ComplaintUnjoined, "lead_secret"): {
        "id": "Laporan utama tidak dapat diikuti lagi, maka laporan ini ditempatkan tersendiri.",
        "en": "The lead report can no longer be followed, so this one is placed on its own again.",
    },
    r.ComplaintSplit: {
        "id": "Laporan dibagi kepada {agencies}; satu jawaban bersama akan diberikan.",
        "en": "The report was split between {agencies}; there will be one joint answer.",
    },
    r.PartOpened: {"id": "Bagian laporan ini dibuka{said}.", "en": "This part of the report was opened{said}."},
    (r.ComplaintArchived, "content"): {
        "id": "Petugas mengarsipkan laporan karena isinya tidak dapat diproses{said}.",
        "en": "The triage desk archived the report because its content cannot be handled{said}.",
    },
    (r.ComplaintArchived, "too_old"): {
        "id": "Petugas mengarsipkan laporan karena kejadiannya sudah terlalu lama{said}.",
        "en": "The triage desk archived the report because the event was too long ago{said}.",
    },
    (r.ComplaintArchived, "not_about_public_service"): {
        "id": "Petugas mengarsipkan laporan karena bukan tentang pelayanan publik{said}.",
        "en": "The triage desk archived the report because it is not about a public service{said}.",
    },
    (r.ComplaintArchived, "unintelligible"): {
        "id": "Petugas mengarsipkan laporan karena isinya tidak dapat dipahami{said}.",
        "en": "The triage desk archived the report because it cannot be understood{said}.",
    },
    (r.ComplaintArchived, "reporter_wish"): {
        "id": "Petugas mengarsipkan laporan atas keinginan pelapor{said}.",
        "en": "The triage desk archived the report at the reporter's request{said}.",
    },
    (r.ComplaintArchived, "duplicate"): {
        "id": "Petugas mengarsipkan laporan karena pelapor sudah melaporkan hal yang sama{said}.",
        "en": "The triage desk archived the report because the reporter had already filed the same{said}.",
    },
    r.ComplaintRestated: {
        "id": "Laporan dirumuskan ulang untuk publik{said}.",
        "en": "The report was reworded for the public{said}.",
    },
    (r.ReportHidden, "personal_data"): {
        "id": "Laporan disembunyikan dari publik karena memuat data pribadi{said}.",
        "en": "The report was hidden from the public because it holds personal data{said}.",
    },
    (r.ReportHidden, "insult"): {
        "id": "Laporan disembunyikan dari publik karena memuat penghinaan{said}.",
        "en": "The report was hidden from the public because it holds insults{said}.",
    },
    (r.ReportHidden, "indecent"): {
        "id": "Laporan disembunyikan dari publik karena isinya tidak pantas{said}.",
        "en": "The report was hidden from the public because its content is indecent{said}.",
    },
    (r.ReportHidden, "advertising"): {
        "id": "Laporan disembunyikan dari publik karena berisi iklan{said}.",
        "en": "The report was hidden from the public because it is advertising{said}.",
    },
    (r.ReportHidden, "untrue"): {
        "id": "Laporan disembunyikan dari publik karena menuduh tanpa dasar{said}.",
        "en": "The report was hidden from the public because it accuses without grounds{said}.",
    },
    (r.ReportHidden, "other"): {
        "id": "Laporan disembunyikan dari publik karena sebab lain{said}.",
        "en": "The report was hidden from the public for another reason{said}.",
    },
    r.ReportShown: {
        "id": "Laporan ditampilkan kembali kepada publik{said}.",
        "en": "The report is shown to the public again{said}.",
    },
    r.ContentKept: {
        "id": "Petugas memeriksa aduan pembaca tentang isi laporan dan membiarkannya{said}.",
        "en": "The triage desk examined what readers reported about the content and left it as it is{said}.",
    },
    i.PhotoReleased: {
        "id": "Sebuah foto dari pelapor kini dapat dilihat publik.",
        "en": "A photo of the reporter can now be seen by the public.",
    },
    i.PhotoRevoked: {
        "id": "Sebuah foto dari pelapor tidak lagi dapat dilihat publik.",
        "en": "A photo of the reporter can no longer be seen by the public.",
    },
    i.CaseImported: {
        "id": "Kasus lama dimasukkan dari sistem {source}.",
        "en": "An old case was brought in from the system {source}.",
    },
    p.ContentReported: {
        "id": "Seorang pembaca mengadukan isi laporan ini{said}.",
        "en": "A reader reported the content of this report{said}.",
    },
    a.ComplaintDelivered: {
        "id": "Laporan sudah masuk ke sistem {agency}.",
        "en": "The report has reached the systems of {agency}.",
    },
    a.ComplaintAcknowledged: {
        "id": "{agency} menerima laporan ini dan mulai mengerjakannya.",
        "en": "{agency} took the report up and has begun to work on it.",
    },
    (a.ComplaintReturned, "agency"): {
        "id": "{agency} mengembalikan laporan karena bukan wewenangnya{suggested}{said}.",
        "en": "{agency} returned the report because it is not responsible for it{suggested}{said}.",
    },
    (a.ComplaintReturned, "unit"): {
        "id": "Unit di {agency} mengembalikan laporan karena bukan wewenangnya{suggested}{said}.",
        "en": "A unit of {agency} returned the report because it is not responsible for it{suggested}{said}.",
    },
    a.ProgressRecorded: {
        "id": "{agency} menyampaikan kemajuan{said}.",
        "en": "{agency} reported progress{said}.",
    },
    a.OfficerNoteAdded: {
        "id": "Petugas {agency} menulis catatan{said}.",
        "en": "An officer of {agency} wrote a note{said}.",
    },
    a.CaseAssigned: {
        "id": "{agency} mengubah siapa petugas yang mengerjakan laporan.",
        "en": "{agency} changed which officer works on the report.",
    },
    a.ClarificationRequested: {
        "id": "{agency} bertanya kepada pelapor{said}.",
        "en": "{agency} asked the reporter{said}.",
    },
    a.ResponseGiven: {"id": "{agency} memberikan jawaban{said}.", "en": "{agency} gave its answer{said}."},
    e.ReminderSent: {
        "id": "{who} diingatkan bahwa batas waktu {clock} {is} {due}.",
        "en": "A reminder was sent to {who}: the date for {clock} {is} {due}.",
    },
    e.DeadlineMissed: {
        "id": "Batas waktu {clock}, {due}, sudah terlewati.",
        "en": "The date for {clock}, {due}, has passed.",
    },
    (e.ComplaintEscalated, "deadline"): {
        "id": "{late} {rung}{again}.",
        "en": "{late} {rung}{again}.",
    },
    (e.ComplaintEscalated, "second_dispute"): {
        "id": "Karena hasilnya dua kali disanggah, laporan ini dinaikkan kepada {rung}.",
        "en": "Because the outcome was disputed twice, the report was raised to {rung}.",
    },
    (e.ComplaintEscalated, "direct"): {
        "id": "Atas permintaan pelapor, laporan ini dinaikkan kepada {rung}.",
        "en": "At the reporter's request the report was raised to {rung}.",
    },
    (e.ComplaintLapsed, "silence"): {
        "id": "Laporan ditutup karena pelapor tidak menanggapi jawaban sampai batas waktunya.",
        "en": "The report was closed because the reporter did not reply to the answer in time.",
    },
    (e.ComplaintLapsed, "incomplete"): {
        "id": "Laporan ditutup karena pertanyaan kepada pelapor tidak dijawab sampai batas waktunya.",
        "en": "The report was closed because the question to the reporter was not answered in time.",
    },
    e.DueDateMoved: {
        "id": "Kalender hari libur berubah: batas waktu {clock} berpindah dari {before} ke {due}.",
        "en": "The calendar of days off changed: the date for {clock} moved from {before} to {due}.",
    },
    g.AgencyRegistered: {"id": "{name} terdaftar sebagai instansi.", "en": "{name} was registered as an agency."},
    g.TemplateDecreed: {
        "id": "Susunan perangkat {template} ditetapkan mulai {day} ({source}).",
        "en": "The offices of every {template} are set from {day} on ({source}).",
    },
    g.AgencyRenamed: {
        "id": "Instansi {id} berganti nama menjadi {name}.",
        "en": "The agency {id} was renamed to {name}.",
    },
    g.AgenciesMerged: {
        "id": "{agencies} digabungkan ke dalam {successor}: {reason}.",
        "en": "{agencies} were merged into {successor}: {reason}.",
    },
    g.AgencyDissolved: {"id": "{agency} dibubarkan: {reason}.", "en": "{agency} was dissolved: {reason}."},
    g.MandateGiven: {
        "id": "{agency} berwenang atas {sector} mulai {day} ({source}).",
        "en": "{agency} has the authority for {sector} from {day} on ({source}).",
    },
    g.MandateWithdrawn: {
        "id": "Kewenangan {agency} atas {sector} berakhir pada {day}.",
        "en": "The authority of {agency} for {sector} ends on {day}.",
    },
    g.ModelSwitched: {
        "id": "Penempatan kini memakai model {model}.",
        "en": "Placement now uses the model {model}.",
    },
    g.CalendarDecreed: {
        "id": "Hari libur tahun {year} ditetapkan ({source}).",
        "en": "The days off of {year} were decreed ({source}).",
    },
    g.PolicyDecreed: {
        "id": "Jangka waktu baru ditetapkan untuk tenggat yang mulai {effective} ({source}).",
        "en": "New periods were decreed for dates that start from {effective} on ({source}).",
    },
}
"""By type, or by type and value of the field that `VARIANT` names."""
