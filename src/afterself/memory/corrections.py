"""An answer's hits -> the same with what puts them right before them: a correction outranks what it corrects.

Nothing is left out and nothing is merged: both are shown, each with its date, and the reader sees which
one holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterself.memory.ask import Hit
    from afterself.policy.view import View, ViewRecord

_ROUNDS = 5  # a correction of a correction of a correction …


def corrections_first(view: View, hits: Sequence[Hit]) -> list[Hit]:
    """Each hit after what corrects it, the latest correction first; each record once."""
    by = _all_corrections(view, [hit.id for hit in hits])
    if not by:
        return list(hits)
    found = {hit.id: hit for hit in hits}
    records = view.many([id for ids in by.values() for id in ids])
    placed: dict[str, Hit] = {}

    def place(hit: Hit, corrects: str | None) -> None:
        if hit.id in placed:
            return
        corrections = [id for id in by.get(hit.id, ()) if id in records]
        for id in corrections:
            place(found.get(id) or _hit(records[id], hit), hit.id)
        placed[hit.id] = replace(hit, corrects=corrects, corrected_by=corrections[0] if corrections else None)

    for hit in hits:
        place(hit, None)
    return list(placed.values())


def _all_corrections(view: View, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What corrects these records, what corrects the corrections, and so on."""
    by: dict[str, tuple[str, ...]] = {}
    asked = list(ids)
    for _ in range(_ROUNDS):
        new = {id: found for id, found in view.told.corrections(asked).items() if id not in by}
        if not new:
            break
        by |= new
        asked = [id for found in new.values() for id in found]
    return by


def _hit(record: ViewRecord, corrected: Hit) -> Hit:
    """A correction as a hit, in the place of what it corrects."""
    return replace(
        corrected,
        id=record.id,
        source_key=record.source_key,
        text=record.text,
        author=record.author_name,
        is_owner=bool(record.is_owner),
        said_at=record.said_at,
        precision=record.precision,
        thread=record.thread,
        thread_title=record.thread_title,
        by_named=corrected.by_named and record.author_name == corrected.author,
        context_before=None,
        reply_after=None,
        quoted=False,
        passage=None,
        also_in=(),
    )
