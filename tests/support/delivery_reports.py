"""Delivery reports as mail servers write them, each in the form of one of them, about a mail that was sent."""

from email.message import EmailMessage

POSTFIX = """\
From: MAILER-DAEMON@mx.example.go.id (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-Id: <20260301@mx.example.go.id>

--B
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.go.id
X-Postfix-Queue-ID: 4ABC
Arrival-Date: Sun,  1 Mar 2026 10:00:00 +0700 (WIB)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnosis}

--B
Content-Description: Undelivered Message
Content-Type: {returned_type}

{returned}
--B--
"""
EXCHANGE = """\
From: <postmaster@example.onmicrosoft.com>
To: <{to}>
Subject: Undeliverable: Laporan
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_B_"
MIME-Version: 1.0

--_B_
Content-Type: multipart/alternative; boundary="_A_"

--_A_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message couldn't be delivered.

--_A_
Content-Type: text/html; charset="us-ascii"

<p>Your message couldn't be delivered.</p>

--_A_--

--_B_
Content-Type: message/delivery-status

Reporting-MTA: dns;SG2PR.example.outlook.com
Received-From-MTA: dns;SG2PR.example.outlook.com

Final-recipient: RFC822;{recipient}
action: {action}
STATUS: {status}
Diagnostic-code: smtp;{diagnosis}
Remote-MTA: dns;mx.contoh.id

--_B_
Content-Type: {returned_type}

{returned}
--_B_--
"""
FORMS = {"postfix": POSTFIX, "exchange": EXCHANGE}


def report(
    mail: EmailMessage,
    to: str = "bounces@satupintu.example.go.id",
    *,
    form: str = "postfix",
    action: str = "failed",
    status: str = "5.1.1",
    diagnosis: str = "550 5.1.1 unknown user",
    headers_only: bool = False,
) -> bytes:
    """A report that `mail` met this end."""
    headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
    returned = headers if headers_only else f"{headers}\n{mail.get_content()}"
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    fields = {"to": to, "recipient": mail["To"], "action": action, "status": status, "diagnosis": diagnosis}
    return FORMS[form].format(**fields, returned=returned, returned_type=kind).encode()
