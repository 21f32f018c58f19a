"""The best matches of a large archive are those that FTS5 would give, were it asked to weigh every match."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from afterself.archive.store import Archive
from afterself.policy import matching, open_view
from afterself.policy.postings import Postings, corpus_size, varints
from tests.memory.archives import said, store

WORDS = "live lives lived living works worked café garden dog Hund ship ships harbour Łódź 1978 naïve".split()
ASKED = (
    '"live"',
    '"live" OR "lives" OR "lived"',
    '"garden" OR "ships" OR "dog" OR "harbour"',
    '"CAFE" OR "naive" OR "łódź" OR "1978"',
    '"nothing" OR "dog"',
    '"nothing"',
    '"" OR "works"',
)


def texts(count: int) -> Iterator[str]:
    """Texts of one to 300 words, some words a hundred times as frequent as others."""
    drawn = random.Random(7)
    weights = [1 / (n + 1) ** 2 for n in range(len(WORDS))]
    for n in range(count):
        length = 300 if n % 100 == 0 else drawn.randint(1, 20)
        yield " ".join(drawn.choices([*WORDS, "other"], cum_weights=None, weights=[*weights, 2.0], k=length))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    self_ = store(tmp_path_factory.mktemp("postings") / "self", [])
    with Archive.writing(self_) as archive, archive.transaction():
        for row, text in enumerate(texts(4000), 1):
            archive._db.execute("INSERT INTO lexical (rowid, text) VALUES (?, ?)", (row, text))
        for row, text in enumerate(texts(4000), 1):
            if row % 7 == 0:
                values = (row, text)
                archive._db.execute(
                    "INSERT INTO lexical (lexical, rowid, text) VALUES ('delete', ?, ?)", values
                )
    with open_view(self_, "retrieve") as view:
        yield view._db


@pytest.mark.parametrize("most", [1, 20, 400, 10_000])
@pytest.mark.parametrize("query", ASKED)
def test_rows_scores_and_their_order_are_those_of_fts5(index: apsw.Connection, query: str, most: int) -> None:
    weighed = index.execute(
        "SELECT rowid, bm25(lexical) FROM lexical WHERE lexical MATCH ? ORDER BY 2, 1 LIMIT ?",
        (query, most),
    ).fetchall()
    postings = Postings(index)
    assert postings.best(query, most) == weighed
    assert postings.best(query, most) == weighed, "the lengths that were kept are no others"


@pytest.mark.parametrize("query", ['"one two"', '"a" *', '"a" AND "b"', "plain words", '("a") OR "b"'])
def test_what_is_not_for_any_of_some_words_is_left_to_fts5(index: apsw.Connection, query: str) -> None:
    assert Postings(index).best(query, 10) is None


def test_a_word_in_most_of_the_texts_still_orders_them_by_length(index: apsw.Connection) -> None:
    records, mean = corpus_size(index)
    found = Postings(index).best('"other"', 5)
    assert found is not None and len(found) == 5
    assert records == 4000 - 4000 // 7 and 5 < mean < 20


def test_integers_of_variable_length_are_read() -> None:
    assert varints(b"\x05\x81\x00\x7f").tolist() == [5, 128, 127]
    assert varints(b"").tolist() == []


def test_what_is_forgotten_while_a_view_is_open_is_no_match(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "LARGE", 0)
    lines = [said(number, f"the ferry number {number}") for number in range(1, 20)]
    self_ = store(tmp_path / "self", lines)
    with open_view(self_, "retrieve") as view:
        before = view.match('"ferry"', 50)
        assert len(before) == 19
        with Archive.writing(self_) as archive:
            archive.forget([before[0][0]])
        assert [id for id, _ in view.match('"ferry"', 50)] == [id for id, _ in before[1:]]


def test_a_text_that_the_same_connection_writes_anew_is_weighed_as_it_is_now(tmp_path: Path) -> None:
    self_ = store(tmp_path / "self", [])
    with Archive.writing(self_) as archive:
        db = archive._db
        with archive.transaction():
            db.executemany("INSERT INTO lexical (rowid, text) VALUES (?, ?)", enumerate(texts(50), 1))
        postings = Postings(db)
        postings.best('"live"', 50)
        with archive.transaction():
            db.execute(
                "INSERT INTO lexical (lexical, rowid, text) VALUES ('delete', 1, ?)", (next(texts(1)),)
            )
            db.execute("INSERT INTO lexical (rowid, text) VALUES (1, 'live')")
        weighed = db.execute(
            "SELECT rowid, bm25(lexical) FROM lexical WHERE lexical MATCH '\"live\"' ORDER BY 2, 1 LIMIT 50"
        ).fetchall()
        assert postings.best('"live"', 50) == weighed
