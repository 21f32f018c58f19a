"""Records and their wordings as the stable JSON of `records --json`, which a bundle carries too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from afterself.archive.drafts import Attachment
from afterself.home.moments import utc_text
from afterself.policy.history import RevisionInfo
from afterself.policy.view import ViewRecord


def record_json(record: ViewRecord) -> dict[str, Any]:
    """One record, its latest wording: the keys that docs and measuring from outside rely on."""
    return {
        "id": record.id,
        "source_key": record.source_key,
        "thread": record.thread,
        "thread_title": record.thread_title,
        "author": record.author_name or None,
        "is_owner": record.is_owner,
        "kind": record.kind,
        "said_at": _utc(record.said_at),
        "precision": record.precision,
        "reply_to": record.reply_to,
        "text": record.text,
        "own_text": record.own_text,
        "deleted": record.deleted,
        "attachments": [_attachment_json(one) for one in record.attachments],
        "same_as": record.same_as,
    }


def _attachment_json(one: Attachment) -> dict[str, Any]:
    """What stands of a file; when and where a picture was taken only if it says so."""
    told = {"taken": one.taken, "latitude": one.latitude, "longitude": one.longitude}
    return {
        "name": one.name, "state": one.state, "mime": one.mime, "size": one.size,
        **{key: value for key, value in told.items() if value is not None},
    }  # fmt: skip


def revision_json(one: RevisionInfo) -> dict[str, Any]:
    """One wording of a record and where it came from, as `records show --json` prints it."""
    came = one.provenance
    origin = None
    if came is not None:
        origin = {
            "number": came.number, "importer": came.importer, "version": came.version, "name": came.name,
            "member": came.member, "offset": came.offset, "length": came.length, "pointer": came.pointer,
            "row": came.row, "kept": came.kept,
        }  # fmt: skip
    return {
        "n": one.n,
        "why": one.why,
        "current": one.current,
        "at": _utc(one.at),
        "note": one.note,
        "undone": one.undone,
        "edited": one.edited,
        "language": one.language,
        "text": one.text,
        "spans": [
            {"start": span.start, "end": span.end, "kind": span.kind, "language": span.language}
            for span in one.spans
        ],
        "import": origin,
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)
