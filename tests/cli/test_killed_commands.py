"""A few of the kills of benchmarks/hardening/kills.py: all or nothing, and nothing left behind."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from benchmarks.hardening import road
from benchmarks.hardening.damage import damage, state


def test_an_import_that_is_killed_anywhere_stores_all_or_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    shop, self_ = road.Workshop(tmp_path / "shop"), tmp_path / "selves" / "ida"
    self_.parent.mkdir()
    assert shop.run(*road.new_arguments(self_)).code == 0
    rng, held = random.Random(4), 0
    for number, days in enumerate((150, 300, 450)):
        export = road.json_lines(shop.folder / "a.jsonl", road.messages(days))
        words = ("--self", self_, "import", export, "--me", road.OWNER, "--yes", "--json")
        running = shop.start(*words)
        time.sleep(rng.uniform(0.2, 0.9) if number else 0.4)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert damage(self_, settled=False) == []
        assert len(state(self_) or ()) in (held, 2 * days)
        assert shop.run(*words).code == 0
        held = 2 * days
        assert damage(self_, settled=True, temporary=shop.temporary) == []
        assert len(state(self_) or ()) == held


@pytest.mark.parametrize("harm", ["a doubled record", "a half blob", "a lost text", "a changed log"])
def test_the_look_from_outside_sees_damage(tmp_path: Path, harm: str) -> None:
    import apsw

    shop, self_ = road.Workshop(tmp_path / "shop"), tmp_path / "selves" / "ida"
    self_.parent.mkdir()
    export = road.json_lines(shop.folder / "a.jsonl", road.messages(3))
    for words in (road.new_arguments(self_), ["--self", self_, "import", export, "--yes"]):
        assert shop.run(*words).code == 0
    assert damage(self_, settled=True) == []
    db = apsw.Connection(str(self_ / "archive.db"))
    if harm == "a doubled record":
        db.execute("UPDATE revision SET text = (SELECT text FROM revision LIMIT 1)")
        db.execute("UPDATE record SET said_at = 0, author = 1")
    elif harm == "a lost text":
        db.execute("UPDATE revision SET text = 'other' WHERE row = 1")
    elif harm == "a half blob":
        blob = next(path for path in (self_ / "blobs").rglob("*") if path.is_file())
        blob.write_bytes(blob.read_bytes()[:-5])
    else:
        log = self_ / "audit.log"
        log.write_bytes(log.read_bytes().replace(b"fictional", b"mine"))
    db.close()
    assert damage(self_, settled=True) != []
