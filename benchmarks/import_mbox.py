"""A generated mailbox -> what reading it costs: mails per CPU second, MB per second, peak memory.

Sides: our importer reading every mail (nothing stored); Python's own `mailbox` and `email` (policy default,
headers and best body, as a script would); and, alongside, the whole import into an archive. The box is
generated with a stated share of attachments in base64; mails are replies with quotations, a third in HTML.

Usage: python benchmarks/import_mbox.py [--mib 64] [--attachments 0.8] [--repeats 3]
"""

from __future__ import annotations

import base64
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from runner import Comparison, Metric, alternate, common_arguments, finish, in_a_process, need_room, say

OURS, THEIRS, STORED = "afterself, read", "mailbox and email", "afterself, stored"
METRICS = (
    Metric("mails_per_cpu_s", "mails per CPU second"),
    Metric("mb_per_cpu_s", "MB of mailbox per CPU second"),
    Metric("process_peak_mib", "peak memory of the process, MiB", higher_is_better=False),
    Metric("mails", "mails read", check=True),
)
WORDS = "the boat lies in harbour and we will paint it blue when rain stops come and help".split()


def write(mib: float, share: float, path: Path, seed: int = 0) -> int:
    """Write a box of about `mib` MiB of which `share` is attachments; gives the number of mails."""
    rng = random.Random(seed)
    written = packed = count = 0
    with path.open("wb") as box:
        while written < mib * 2**20:
            want = packed < share * written
            size = rng.randrange(20_000, 3_000_000) if want else 0
            one = _mail(rng, count, size)
            packed += size * 4 // 3
            written += box.write(one)
            count += 1
    return count


def _mail(rng: random.Random, n: int, attachment: int) -> bytes:
    said = "\n".join(" ".join(rng.choices(WORDS, k=14)) for _ in range(rng.randrange(2, 20)))
    asked = "\n".join("> " + " ".join(rng.choices(WORDS, k=12)) for _ in range(rng.randrange(2, 30)))
    plain = f"{said}\n\nOn Tue, Mar 12, 2024 at 5:40 PM Tom Berg <tom@example.com> wrote:\n\n{asked}\n"
    head = (
        f"From {n}@xxx Tue Mar 12 17:05:00 +0000 2024\nX-GM-THRID: {n // 3}\nX-Gmail-Labels: "
        f"{('Inbox', 'Sent')[n % 2]}\nDelivered-To: eva@example.org\n"
        + "".join(f"Received: by mx{k}.example.com with SMTP id {n}{k}; Tue, 12 Mar\n" for k in range(6))
        + f"From: {('Tom Berg <tom@example.com>', 'Eva Lind <eva@example.org>')[n % 2]}\n"
        f"To: Eva Lind <eva@example.org>\nSubject: Re: boat {n // 3}\nDate: Tue, 12 Mar 2024 18:05:00 +0100\n"
        f"Message-ID: <m{n}@example.com>\nReferences: <r{n // 3}@example.com>\nMIME-Version: 1.0\n"
    )
    parts = [f"Content-Type: text/plain; charset=utf-8\n\n{plain}"]
    if n % 3 == 0:
        html = "".join(f"<p>{line}</p>" for line in said.split("\n"))
        quote = f'<div class="gmail_quote"><blockquote class="gmail_quote">{asked}</blockquote></div>'
        parts = [f"Content-Type: text/html; charset=utf-8\n\n<div>{html}</div>{quote}\n"]
    if attachment:
        data = base64.encodebytes(rng.randbytes(attachment)).decode()
        parts.append(
            'Content-Type: image/jpeg; name="p.jpg"\nContent-Disposition: attachment; filename="p.jpg"\n'
            f"Content-Transfer-Encoding: base64\n\n{data}"
        )
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return f"{head}Content-Type: multipart/mixed; boundary=b\n\n{body}\n".encode()


def ours(box: Path) -> int:
    """Every draft of the importer."""
    from afterself.archive.drafts import RecordDraft
    from afterself.importers.contract import Options
    from afterself.importers.mail import MailImporter
    from afterself.importers.source_view import SourceView

    with SourceView.at(box) as source:
        drafts = MailImporter().open(source, Options(zone="UTC"))
        return sum(isinstance(one, RecordDraft) for one in drafts)


def theirs(box: Path) -> int:
    """Subject, people, date and best body of every mail."""
    import email
    import email.policy
    import mailbox
    from email.message import EmailMessage

    count = 0
    opened = mailbox.mbox(
        box, factory=lambda stream: email.message_from_binary_file(stream, policy=email.policy.default)
    )
    for mail in opened:
        assert isinstance(mail, EmailMessage)
        body: Any = mail.get_body(("plain", "html"))
        _ = mail["From"].addresses, mail["To"].addresses, mail["Date"].datetime, body and body.get_content()
        count += 1
    return count


def stored(box: Path) -> int:
    """The whole way into an archive."""
    from afterself.home import Self
    from afterself.importers.ingest import import_path

    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        self_ = Self.create(Path(folder) / "self", name="Speed", right="research", allow=("archive",))
        return import_path(self_, box).new


SIDES = {OURS: ours, THEIRS: theirs, STORED: stored}


def run(side: str, box: Path) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    mails = SIDES[side](box)
    spent, wall = time.process_time() - cpu, time.perf_counter() - began
    say({
        "mails": mails,
        "cpu_s": round(spent, 3),
        "wall_s": round(wall, 3),
        "mails_per_cpu_s": round(mails / spent, 1),
        "mb_per_cpu_s": round(box.stat().st_size / 1e6 / spent, 2),
    })  # fmt: skip


def main() -> None:
    parser = common_arguments(__doc__, default_repeats=3)
    parser.add_argument("--mib", type=float, default=64)
    parser.add_argument("--attachments", type=float, default=0.8, help="share of bytes")
    parser.add_argument("--only-ours", action="store_true", help="leave the others out (for large boxes)")
    given = parser.parse_args()
    if given.side:
        run(given.side, given.work)
        return
    name = f"import_mbox_{given.mib:g}m_{round(given.attachments * 100)}"
    need_room(given.results, name, replace=given.replace)
    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        box = Path(folder) / "box.mbox"
        count = write(given.mib, given.attachments, box)
        sides = [OURS, STORED] if given.only_ours else list(SIDES)
        runs = alternate(sides, given.repeats, lambda s, n: in_a_process(s, n, __file__, "--work", str(box)))
        facts = {"mails in the box": count, "MiB": round(box.stat().st_size / 2**20, 1),
                 "share of attachments": given.attachments}  # fmt: skip
    comparison = Comparison(
        name,
        f"A generated mbox of {count:,} mails, {given.attachments:.0%} of its bytes attachments",
        OURS,
        METRICS,
        ("selectolax", "charset-normalizer", "apsw-sqlite3mc"),
        runs,
        alongside=frozenset({STORED}),
        facts=facts,
    )
    finish(comparison, given.results, replace=given.replace)


if __name__ == "__main__":
    main()
