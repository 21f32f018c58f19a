"""What people decide while a run goes on reaches the weights that it is about to publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view
from afterself.training import checkpoint, current_weights, train
from afterself.training.run import _dataset
from afterself.training.withdrawal import Withdrawn, withdrawn
from tests.training.conftest import BARELY
from tests.training.selves import OWNER, make_self, talk


def exclude(self_: Self) -> None:
    with Archive.writing(self_) as archive, archive.transaction():
        for identity in archive.people.find("Ben"):
            archive.people.exclude(identity.contact)


def not_me(self_: Self) -> None:
    with Archive.writing(self_) as archive, archive.transaction():
        archive.people.set_owner(archive.people.find(OWNER), False)


def forget(self_: Self) -> None:
    with open_view(self_, "list") as view:
        record = next(r.id for r in view.records() if r.author_name == "Ben")
    with Archive.writing(self_) as archive:
        archive.forget([record])


def while_training(self_: Self, decide: Callable[[Self], None], stage: str) -> Progress:
    """Progress that decides something once, in the middle of a stage."""
    done: list[str] = []

    def tell(report: Report) -> None:
        if report.stage == stage and not done:
            done.append(stage)
            decide(self_)

    return Progress(tell)


@pytest.fixture
def ida(tmp_path: Path) -> Self:
    return make_self(tmp_path / "ida", talk("Anna", 30) + talk("Ben", 30))


@pytest.mark.parametrize("stage", ["training", "trying the weights"])
@pytest.mark.parametrize("decide", [exclude, not_me, forget])
def test_a_decision_during_training_keeps_its_weights_from_being_published(
    ida: Self, tiny_base: Path, decide: Callable[[Self], None], stage: str
) -> None:
    with pytest.raises(Withdrawn, match="Training stopped, and nothing of it was published"):
        train(ida, str(tiny_base), BARELY, while_training(ida, decide, stage))
    assert current_weights(ida) is None and list(ida.weights_dir.iterdir()) == []


def test_the_next_training_leaves_out_what_was_decided(ida: Self, tiny_base: Path) -> None:
    with pytest.raises(Withdrawn):
        train(ida, str(tiny_base), BARELY, while_training(ida, exclude, "training"))
    # Her own words to Ben stay hers; his are no context any more.
    assert train(ida, str(tiny_base), BARELY).owner_messages == 60


def test_an_exclusion_while_the_question_stands_starts_no_training(ida: Self, tiny_base: Path) -> None:
    def answer(_: object) -> bool:
        exclude(ida)
        return True

    with pytest.raises(Withdrawn, match="30 messages"):
        train(ida, str(tiny_base), BARELY, confirm=answer)
    assert list(ida.weights_dir.iterdir()) == []


def test_a_run_stops_at_its_next_checkpoint_and_writes_none(
    ida: Self, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", 0)
    with pytest.raises(Withdrawn, match="Nothing of this run was kept"):
        train(ida, str(tiny_base), BARELY, while_training(ida, exclude, "training"))
    assert not list(ida.weights_dir.rglob("*.pt"))


def test_new_messages_during_training_are_no_reason_to_withhold_weights(
    ida: Self, tiny_base: Path, tmp_path: Path
) -> None:
    export = tmp_path / "later.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in talk("Cem", 5)), encoding="utf-8")

    def add(self_: Self) -> None:
        import_path(self_, export, Options(me=(OWNER,)))

    weights = train(ida, str(tiny_base), BARELY, while_training(ida, add, "training"))
    assert current_weights(ida) == weights


def test_what_was_withdrawn_is_counted_by_message(ida: Self, tiny_base: Path) -> None:
    from afterself.models.bases import resolve_base

    dataset = _dataset(ida, resolve_base(tiny_base), BARELY)
    assert withdrawn(ida, dataset.revisions, dataset.own) == 0
    exclude(ida)
    assert withdrawn(ida, dataset.revisions, dataset.own) == 30
    not_me(ida)
    assert withdrawn(ida, dataset.revisions, dataset.own) == 90
