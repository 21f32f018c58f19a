"""Hand-written mails of `mail/` and what a careful reader finds in them (`mail/wanted.json`).

They were written from descriptions of the mail programs before there was a parser. For a single mail the
golden tells author, instant, thread, recipients, own words, phrases of what is quoted and of the signature;
for a box the own words of each mail. All people are invented.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reading import Read, read_source

from afterself.archive.drafts import RecordDraft
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView
from afterself.policy.words import own_spans_text

FOLDER = Path(__file__).parent / "mail"
WANTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "wanted.json").read_text("utf-8"))


def read_mail(path: Path, **options: Any) -> Read:
    with SourceView.at(path) as source:
        return read_source(source, Options(**{"zone": "UTC", **options}))


def own(record: RecordDraft) -> str:
    """Own words, blanks as one."""
    return " ".join(own_spans_text(record.text, ((s.start, s.end, s.kind) for s in record.spans)).split())


def stretches(record: RecordDraft, kind: str) -> str:
    return "\n".join(record.text[s.start : s.end] for s in record.spans if s.kind == kind)


def differences(name: str, record: RecordDraft) -> list[str]:
    """What of a single mail is not as the golden says."""
    wanted = WANTED[name]
    found = {
        "author": record.author and record.author.handle,
        "name": record.author and record.author.name,
        "said_at": record.said_at and record.said_at.isoformat(),
        "thread": record.thread,
        "recipients": [one.handle for one in record.recipients],
        "own": own(record),
        "id": record.native_id,
        "attachments": [one.name for one in record.attachments],
        "forwarded_from": record.forwarded_from,
        "reply_to": record.reply_to,
        "zone": record.zone,
    }
    wanted = {"attachments": [], "forwarded_from": None, **wanted, "own": " ".join(wanted["own"].split())}
    wrong = [f"{key}: {found[key]!r}, wanted {wanted[key]!r}" for key in found
             if key in wanted and wanted[key] not in ("*", found[key])]  # fmt: skip
    for kind in ("quoted", "signature"):
        text = stretches(record, kind)
        wrong += [f"not {kind}: {phrase!r}" for phrase in wanted[kind] if phrase not in text]
        if not wanted[kind] and text.strip() and kind == "signature":
            wrong.append(f"{kind}, but should be none: {text!r}")
    return wrong
