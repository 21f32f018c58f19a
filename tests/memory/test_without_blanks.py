"""Questions in Chinese, Japanese and Thai, which write no blanks between words."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.memory.ask import Memory
from afterself.memory.words import tokens_of
from afterself.policy import open_view
from tests.memory.archives import found, said, store

LINES = [
    said(1, "昨天我在北京买了一只小猫，很可爱"),
    said(2, "明天要去上海开会"),
    said(3, "祖母のレシピで味噌汁を作りました", "Anna"),
    said(4, "来週、京都へ旅行に行きます"),
    said(5, "เมื่อวานฉันไปตลาดกับแม่"),
    said(6, "the cat came home"),
]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("你的小猫是在哪里买的？", "s1"),
        ("什么时候去上海开会？", "s2"),
        ("猫", "s1"),
        ("誰が味噌汁を作りましたか？", "s3"),
        ("京都へはいつ行きますか", "s4"),
        ("ไปตลาดกับใคร", "s5"),
        ("Did Anna make 味噌汁?", "s3"),
    ],
)
def test_a_word_inside_a_sentence_is_found(tmp_path: Path, question: str, first: str) -> None:
    with open_view(store(tmp_path / "self", LINES), "retrieve") as view:
        answer = Memory(view).ask(question)
    assert found(answer)[0] == first
    assert answer.recorded


def test_what_was_never_said_is_not_recorded_in_these_scripts_either(tmp_path: Path) -> None:
    with open_view(store(tmp_path / "self", LINES), "retrieve") as view:
        memory = Memory(view)
        assert not memory.ask("你喜欢足球吗？").recorded
        assert not memory.ask("飛行機は好きですか").recorded


def test_what_is_corrected_or_forgotten_is_found_no_more(tmp_path: Path) -> None:
    self_ = store(tmp_path / "self", LINES)
    with open_view(self_, "retrieve") as view:
        ids = {record.source_key.rsplit("/", 1)[1]: record.id for record in view.records()}
    with Archive.writing(self_) as archive:
        archive.forget([ids["s1"]])
        archive.correct(ids["s4"], "来週、大阪へ旅行に行きます")
    with open_view(self_, "retrieve") as view:
        memory = Memory(view)
        assert found(memory.ask("小猫")) == []
        assert found(memory.ask("京都")) == []
        assert found(memory.ask("大阪")) == ["s4"]


def test_only_the_runs_without_blanks_are_cut_into_pairs() -> None:
    assert tokens_of("Anna isst 味噌汁 gern") == ["anna", "isst", "gern", "味噌", "噌汁", "汁"]
    assert tokens_of("plain words") == ["plain", "words"]
