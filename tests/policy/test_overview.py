"""What is counted without looking at every record is what a look at every record finds."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view


def chats(seed: int) -> list[dict[str, str]]:
    """Messages of a few threads with times to the second, to the day, or none, mostly in order."""
    rng = random.Random(seed)
    at, rows = datetime(2019, 1, 1, tzinfo=UTC), []
    for n in range(80):
        at += timedelta(hours=rng.randrange(-3, 40))
        row = {"conversation": f"c{rng.randrange(5)}", "author": rng.choice(["Anna", "Ben", "Cleo"])}
        time = rng.choice([at.isoformat(), at.isoformat(), at.date().isoformat(), ""])
        rows.append({**row, "text": f"message {n}", **({"time": time} if time else {})})
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_counts_of_everything_are_those_of_all_records(fresh_self: Self, tmp_path: Path, seed: int) -> None:
    for part in (seed, seed + 100):  # a second import, so that threads are put in order again
        path = tmp_path / f"chat{part}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in chats(part)))
        import_path(fresh_self, path, Options(me=("Anna",), zone="UTC"))
    with open_view(fresh_self, "list") as view:
        records = list(view.records())
    with Archive.writing(fresh_self) as archive:
        edges = sorted((one.said_at, one.id) for one in records if one.said_at)
        archive.forget([edges[0][1], edges[-1][1], *(one.id for one in records[::7])])
    with open_view(fresh_self, "list") as view:
        records, counts = list(view.records()), view.overview.counts()
        times = [one.said_at for one in records if one.said_at]
        assert (counts.first, counts.last) == (min(times), max(times))
        assert counts.records == len(records) == view.overview.how_many()
        assert counts.own == sum(bool(one.is_owner) for one in records)
        assert counts.threads == len({one.thread for one in records})
        thread, since = records[0].thread, times[len(times) // 2]
        assert view.overview.how_many(thread=thread, since=since) == len(
            list(view.records(thread=thread, since=since))
        )


def test_an_empty_archive_counts_nothing(fresh_self: Self) -> None:
    with Archive.writing(fresh_self):
        pass
    with open_view(fresh_self, "list") as view:
        counts = view.overview.counts()
    assert (counts.records, counts.own, counts.threads, counts.first, counts.last) == (0, 0, 0, None, None)
