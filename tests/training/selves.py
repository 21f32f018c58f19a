"""A self of somebody invented, made by the real import, small enough to train in seconds."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from afterself.home.folder import Self
from afterself.home.keys import Cost
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path

OWNER = "Ida Fictional"
START = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)

_DEEDS = ("took the train", "baked bread", "lost the key", "planted beans", "called twice", "can't come")
_WHEN = ("at six", "on Sunday", "before the rain", "tomorrow")


def talk(contact: str, days: int, *, seed: int = 1) -> list[dict[str, str]]:
    """A few words a day with one contact; the owner answers in a manner of her own."""
    rng = random.Random(f"{contact}/{seed}")
    rows = []
    for day in range(days):
        at = START + timedelta(days=day, minutes=rng.randrange(600))
        deed, when = rng.choice(_DEEDS), rng.choice(_WHEN)
        answer = f"why, my dear, {contact} {deed} {when}, to be sure"
        said = [(contact, f"who {deed} {when}?"), (OWNER, answer)]
        for n, (author, text) in enumerate(said):
            time = (at + timedelta(minutes=n)).isoformat()
            rows.append({"conversation": contact, "time": time, "author": author, "text": text})
    return rows


def make_self(
    folder: Path,
    rows: list[dict[str, str]],
    *,
    allow: tuple[str, ...] = ("archive", "train"),
    name: str = OWNER,
    right: str = "fictional",
    passphrase: str | None = None,
) -> Self:
    """A fictional self at `folder` with these messages imported."""
    self_ = Self.create(
        folder, name=name, right=right, allow=allow, passphrase=passphrase, cost=Cost(8192, 1)
    )
    export = folder.with_suffix(".jsonl")
    export.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    import_path(self_, export, Options(me=(name,)))
    return self_
