"""`consent`: what the owner agrees to can be given, limited and taken back, and every command keeps to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from command_line import Ran, afterself
from hypothesis import given
from hypothesis import strategies as st

from afterself.archive.consents import ConsentEntry, in_force
from afterself.archive.store import Archive, list_artifacts
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    """A self that may be archived and trained, with weights in its ledger."""
    made = Self.create(tmp_path / "self", name="Anna", right="consent", allow=("archive", "train"))
    line = {"conversation": "c", "time": "2020-01-01T10:00:00Z", "author": "Anna", "text": "a boat"}
    (tmp_path / "e.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    import_path(made, tmp_path / "e.jsonl", Options(me=("Anna",)))
    with open_view(made, "train") as view, Archive.writing(made) as archive:
        archive.register_artifact("weights", "weights/x", [(r.id, r.revision) for r in view.records()], {})
    return made


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def standing(self_: Self) -> dict[str, bool]:
    return {line["purpose"]: line["in_force"] for line in run(self_, "consent", "--json").lines}


def test_revoking_training_takes_the_weights_and_says_so(self_: Self) -> None:
    ran = run(self_, "consent", "revoke", "train")
    assert ran.code == 0 and "Removed from this folder" in ran.out and "consent give train" in ran.out, (
        ran.err
    )
    assert [one.state for one in list_artifacts(self_, "weights")] == ["erased"]
    refused = run(self_, "dataset")
    assert refused.code == 4 and "consent give train" in refused.err and "revoked" in refused.err
    assert run(self_, "status", "--json").json["allow"] == ["archive"]
    assert run(self_, "search", "boat", "--json").json["text"] == "a boat"
    assert run(self_, "consent", "give", "train").code == 0
    assert run(self_, "dataset", "--json").code == 0


def test_what_was_not_declared_can_be_given_later_and_ends_when_it_was_to_end(self_: Self) -> None:
    assert run(self_, "talk").code == 4
    assert run(self_, "consent", "give", "talk", "--from", "2021-01-01", "--until", "2020-01-01").code == 2
    assert run(self_, "consent", "give", "talk", "--from", "2020-01-01", "--until", "2021-01-01").code == 0
    assert "given until 2021-01-01" in run(self_, "talk").err
    assert run(self_, "consent", "give", "talk", "--from", "2999-01-01").code == 0
    later = run(self_, "talk")
    assert later.code == 4 and "given from 2999-01-01" in later.err
    assert run(self_, "consent", "give", "talk", "--until", "2998-01-01").code == 0
    assert standing(self_)["talk"]
    assert run(self_, "talk").code == 7  # now it is weights that are missing


def test_nothing_is_searched_without_consent_but_the_list_stays_to_forget_from(self_: Self) -> None:
    run(self_, "consent", "revoke", "archive", "--until", "2999-01-01")
    assert run(self_, "search", "boat").code == run(self_, "ask", "a boat?").code == 4
    assert len(run(self_, "records", "--json").lines) == 1


def test_research_can_never_be_given_what_is_only_measured(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "self", name="A", right="research", allow=("archive", "train"))
    assert run(made, "consent", "give", "talk").code == 4
    assert run(made, "consent", "give", "fame").code == 2


def test_the_log_only_grows_and_the_declaration_stays(self_: Self) -> None:
    run(self_, "consent", "revoke", "train")
    run(self_, "consent", "give", "train")
    said = [json.loads(line) for line in self_.audit_path.read_text("utf-8").splitlines()]
    assert [one["event"] for one in said][-2:] == ["consent revoked", "consent given"]
    with Archive.writing(self_) as archive:
        assert [entry.action for entry in archive.change_log()][-2:] == ["consent revoked", "consent given"]
    for statement in ("DELETE FROM consent", "UPDATE consent SET given = 1"):
        with pytest.raises(apsw.ConstraintError):
            apsw.Connection(str(self_.archive_path)).execute(statement)
    assert Self.open(self_.path).declaration == self_.declaration


ends = st.none() | st.integers(1, 12)
entry = st.builds(ConsentEntry, st.just(0), st.just("talk"), st.booleans(), st.integers(0, 9), ends)


@given(st.lists(entry, max_size=5), st.booleans(), st.integers(0, 12))
def test_the_latest_word_decides_and_a_pause_ends_where_it_was_to_end(
    log: list[ConsentEntry], declared: bool, at: int
) -> None:
    now: Any = [declared] * 13
    for entry in log:
        for moment in range(entry.since, 13):
            ended = entry.until is not None and moment >= entry.until
            if entry.given or not ended:
                now[moment] = entry.given and not ended
    assert in_force(log, "talk", declared, at) == now[at]


def put_back(self_: Self, decide: Callable[[], object]) -> None:
    """What somebody decided is undone by an older archive.db, put back over the newer one."""
    older = self_.archive_path.read_bytes()
    decide()
    for path in self_.path.glob("archive.db*"):
        path.unlink()
    self_.archive_path.write_bytes(older)


def test_a_revocation_that_an_older_archive_does_not_know_still_holds(self_: Self) -> None:
    put_back(self_, lambda: run(self_, "consent", "revoke", "train"))
    assert standing(self_)["train"] is False
    refused = run(self_, "dataset")
    assert refused.code == 4 and "audit.log says" in refused.err and "consent revoke train" in refused.err
    assert "older copy" in run(self_, "consent").out
    assert run(self_, "status", "--json").json["revocations_undone"] == ["train"]
    found = run(self_, "verify", "--json").json
    assert not found["ok"]
    assert ["“train” was revoked" in one["what"] for one in found["findings"]].count(True) == 1


@pytest.mark.parametrize("decision", ["give", "revoke"])
def test_whoever_decides_anew_settles_it(self_: Self, decision: str) -> None:
    put_back(self_, lambda: run(self_, "consent", "revoke", "train"))
    assert run(self_, "consent", decision, "train").code == 0
    assert standing(self_)["train"] is (decision == "give")
    assert run(self_, "verify", "--json").json["ok"]


def test_what_was_given_before_the_copy_stays_known(self_: Self) -> None:
    run(self_, "consent", "revoke", "train")
    run(self_, "consent", "give", "train")
    put_back(self_, lambda: None)
    assert standing(self_)["train"] is True and run(self_, "verify", "--json").json["ok"]


def test_two_decisions_in_one_minute_are_told_apart(self_: Self) -> None:
    run(self_, "consent", "revoke", "train")
    run(self_, "consent", "give", "train")
    put_back(self_, lambda: run(self_, "consent", "revoke", "train"))
    assert standing(self_)["train"] is False


def test_verify_notices_that_an_older_archive_holds_what_was_forgotten(self_: Self) -> None:
    id = run(self_, "records", "--json").lines[0]["id"]
    put_back(self_, lambda: run(self_, "forget", id, "--yes"))
    found = run(self_, "verify", "--json").json
    assert any("holds what was to be gone" in one["what"] for one in found["findings"])
