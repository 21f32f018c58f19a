"""What is near in meaning is found without a shared word, and what is forgotten is found by nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np
import pytest

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.memory import index as dense
from afterself.memory.ask import Memory
from afterself.memory.embedding import static_embedder
from afterself.memory.index import Index, update
from afterself.memory.upkeep import keep_up
from afterself.policy import open_view
from tests.memory.archives import said, store

LINES = [
    said(1, "my puppy chewed the slippers again"),
    said(2, "the invoice for the roof arrived"),
    said(3, "she plays the violin in the orchestra", "Anna"),
    said(4, "we ate soup and bread in the kitchen"),
]


@pytest.fixture
def indexed(tmp_path: Path) -> Self:
    self_ = store(tmp_path / "self", LINES)
    embed(self_)
    return self_


def embed(self_: Self, **more: int) -> int:
    with Archive.writing(self_) as archive:
        return update(archive, static_embedder(), **more)


def nearest(self_: Self, text: str, k: int = 2) -> list[str]:
    with open_view(self_, "retrieve") as view:
        ids = [id for id, _ in Index(view, static_embedder()).nearest(text, k)]
        return [record.source_key.rsplit("/", 1)[1] for record in view.many(ids).values()]


def test_a_record_is_found_by_its_meaning_without_a_shared_word(indexed: Self) -> None:
    assert nearest(indexed, "a dog", 1) == ["s1"]
    assert nearest(indexed, "musician", 1) == ["s3"]
    assert nearest(indexed, "dinner", 1) == ["s4"]


def test_what_is_indexed_is_not_indexed_again_and_the_newest_come_first(tmp_path: Path) -> None:
    self_ = store(tmp_path / "self", LINES)
    assert embed(self_, most=1) == 1
    assert nearest(self_, "dinner", 9) == ["s4"]
    assert embed(self_) == 3
    assert embed(self_) == 0


def test_what_is_embedded_in_many_batches_is_all_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "BATCH", 1)
    self_ = store(tmp_path / "self", LINES)
    heard: list[int] = []
    with Archive.writing(self_) as archive:
        assert update(archive, static_embedder(), tell=lambda done, _: heard.append(done)) == len(LINES)
        assert archive.vectors.count_missing() == 0
    assert heard == [1, 2, 3, 4]


def test_a_forgotten_record_has_no_vector_and_no_sign(indexed: Self, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_view(indexed, "retrieve") as view:
        before = len(Index(view, static_embedder()))
        [(gone, _)] = Index(view, static_embedder()).nearest("a dog", 1)
    with Archive.writing(indexed) as archive:
        archive.forget([gone])
    with open_view(indexed, "retrieve") as view:
        index = Index(view, static_embedder())
        assert len(index) == before - 1
        assert gone not in [id for id, _ in index.nearest("a dog", 9)]
        assert gone not in [hit.id for hit in Memory(view).ask("Which dog chewed slippers?", 100).hits]
    db = apsw.Connection(str(indexed.archive_path))
    assert db.execute("SELECT count(*) FROM vector").get == before - 1


def test_signs_that_were_put_together_go_with_one_that_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    self_ = store(tmp_path / "self", LINES)
    embed(self_)
    with open_view(self_, "retrieve") as view:
        apart = view.retrieval.signs(static_embedder().name)
    db = apsw.Connection(str(self_.archive_path))
    ids, signs = apart
    db.execute("INSERT INTO vector_signs VALUES (0, ?, ?)", (ids, signs))
    with open_view(self_, "retrieve") as view:
        assert view.retrieval.signs(static_embedder().name) == apart
        [(gone, _)] = Index(view, static_embedder()).nearest("a dog", 1)
    with Archive.writing(self_) as archive:
        archive.forget([gone])
    assert db.execute("SELECT count(*) FROM vector_signs").get == 0


def test_vectors_can_be_thrown_away_and_come_back_the_same(indexed: Self) -> None:
    first = nearest(indexed, "a dog", 4)
    with Archive.writing(indexed) as archive, archive.transaction():
        archive.vectors.clear()
    assert nearest(indexed, "a dog", 4) == []
    embed(indexed)
    assert nearest(indexed, "a dog", 4) == first


def test_a_correction_that_is_taken_back_is_found_by_what_stood_there_before(indexed: Self) -> None:
    with open_view(indexed, "list") as view:
        first = next(iter(view.records()))
    with Archive.writing(indexed) as archive:
        archive.correct(first.id, "the train was late")
    assert keep_up(indexed) == 1 and nearest(indexed, "a dog", 1) != ["s1"]
    with Archive.writing(indexed) as archive:
        archive.undo_correction(first.id)
    assert keep_up(indexed) == 1 and nearest(indexed, "a dog", 1) == ["s1"]
    assert keep_up(indexed) == 0


def test_without_consent_to_the_archive_nothing_is_embedded(tmp_path: Path) -> None:
    self_ = store(tmp_path / "self", LINES)
    with Archive.writing(self_) as archive, archive.transaction():
        archive.consents.add("archive", False)
    assert keep_up(self_) == 0
    with Archive.writing(self_) as archive:
        assert archive.vectors.count_missing() == len(LINES)


def test_another_embedder_s_vectors_are_never_compared(indexed: Self) -> None:
    class Other:
        name = "another"
        dimensions = 8

        def embed(self, texts: Sequence[str]) -> np.ndarray:
            return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]

    with Archive.writing(indexed) as archive:
        assert update(archive, Other()) == len(LINES)
    assert nearest(indexed, "a dog") == []
    with open_view(indexed, "retrieve") as view:
        assert len(Index(view, Other())) == len(LINES)


def test_an_excluded_contact_is_not_found_by_meaning(indexed: Self) -> None:
    with Archive.writing(indexed) as archive, archive.transaction():
        archive.people.exclude(archive.people.find("Anna")[0].contact)
    assert "s3" not in nearest(indexed, "musician", 9)


def test_a_long_letter_is_found_by_one_of_its_passages(tmp_path: Path) -> None:
    filler = "The weather was grey and the ferry was late as on every other day of that week. " * 40
    letter = f"{filler}\n\nThen the midwife came and the baby was born in the barn.\n\n{filler}"
    self_ = store(tmp_path / "self", [said(1, letter), said(2, "nothing but rain"), said(3, "a new hat")])
    embed(self_)
    db = apsw.Connection(str(self_.archive_path))
    assert db.execute("SELECT count(*) FROM vector").get > 5  # type: ignore[operator]
    assert nearest(self_, "childbirth", 1) == ["s1"]


def test_the_nearest_by_sign_are_weighed_exactly(indexed: Self, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = nearest(indexed, "a dog", 4)
    monkeypatch.setattr(dense, "RESCORED", 2)
    assert nearest(indexed, "a dog", 1) == everything[:1]
