"""`afterself dataset`: what is learned from can be counted, looked at and taken to other trainers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import afterself

from afterself.home.folder import Self
from tests.training.selves import OWNER, make_self, talk


@pytest.fixture
def ida(tmp_path: Path) -> Self:
    return make_self(tmp_path / "ida", talk("Anna", 60) + talk("Ben", 30))


def test_it_counts_what_training_would_learn_from(ida: Self, tiny_base: Path) -> None:
    counts = afterself("--self", ida.path, "dataset", "--base", tiny_base, "--json").json
    assert counts["messages"] == counts["turns"] == 90
    assert counts["train"] > 0 and counts["validation"] > 0
    assert 0 < counts["target_tokens"] < counts["tokens"]
    shorter = afterself("--self", ida.path, "dataset", "--base", tiny_base, "--until", "2020-01-16", "--json")
    assert shorter.json["messages"] == 20


def test_the_preview_is_what_the_model_sees(ida: Self, tiny_base: Path) -> None:
    ran = afterself("--self", ida.path, "dataset", "--base", tiny_base, "--preview", "2")
    assert ran.out.count("── ") == 2
    assert "<|im_start|>system\nto: Anna; on: 2020-01<|im_end|>\n<|im_start|>user\nwho " in ran.out
    assert "<|im_start|>assistant\nwhy, my dear, Anna " in ran.out


def test_escape_codes_in_a_message_do_not_reach_the_terminal(tmp_path: Path, tiny_base: Path) -> None:
    rows = [{**row, "text": row["text"] + " \x1b[2J\u202e"} for row in talk("Anna", 30)]
    self_ = make_self(tmp_path / "ida", rows)
    ran = afterself("--self", self_.path, "dataset", "--base", tiny_base, "--preview", "3")
    assert ran.code == 0 and "\x1b[2J" not in ran.out and "\u202e" not in ran.out


def exported(self_: Self, base: Path, file: Path, *more: object) -> list[dict[str, Any]]:
    ran = afterself("--self", self_.path, "dataset", "--base", base, "--export", file, *more)
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_the_export_holds_each_reply_of_the_owner_once_and_is_private(
    ida: Self, tiny_base: Path, tmp_path: Path
) -> None:
    file = tmp_path / "chats.jsonl"
    lines = exported(ida, tiny_base, file)
    assert file.stat().st_mode & 0o777 == 0o600
    said = [m["content"] for line in lines for m in line["messages"] if m["role"] == "assistant"]
    assert len(said) == 90
    for line in lines:
        roles = [m["role"] for m in line["messages"]]
        assert roles[0] == "system" and roles[1::2] == ["user"] * len(roles[1::2])
        assert roles[2::2] == ["assistant"] * len(roles[1::2]) and line["right"] == "fictional"
    assert '"dataset exported"' in ida.audit_path.read_text()
    assert "my dear" not in ida.audit_path.read_text()


def test_a_long_talk_is_cut_before_questions_and_nothing_is_left_out(tmp_path: Path, tiny_base: Path) -> None:
    rows = [{**row, "time": "2020-01-06T09:00:00+00:00"} for row in talk("Anna", 80)]
    self_ = make_self(tmp_path / "ida", rows)
    lines = exported(self_, tiny_base, tmp_path / "chats.jsonl", "--context", "128")
    assert len(lines) > 10
    assert all([m["role"] for m in line["messages"]][:3] == ["system", "user", "assistant"] for line in lines)
    assert sum(m["role"] == "assistant" for line in lines for m in line["messages"]) == 80


def test_where_the_owner_opens_an_empty_message_keeps_the_turns_in_order(
    tmp_path: Path, tiny_base: Path
) -> None:
    rows = [
        {"conversation": "Anna", "time": "2020-01-06T08:00:00+00:00", "author": OWNER, "text": "good morning"}
    ]
    self_ = make_self(tmp_path / "ida", rows + talk("Anna", 3))
    first = exported(self_, tiny_base, tmp_path / "chats.jsonl")[0]["messages"]
    assert [m["role"] for m in first[:3]] == ["system", "user", "assistant"]
    assert (first[1]["content"], first[2]["content"]) == ("", "good morning")


def test_a_chat_template_makes_of_the_export_what_our_model_sees(
    ida: Self, tiny_base: Path, tmp_path: Path
) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    chatml = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    (line, *_) = exported(ida, tiny_base, tmp_path / "chats.jsonl")
    text = tokenizer.apply_chat_template(line["messages"], chat_template=chatml, tokenize=False)
    assert text in afterself("--self", ida.path, "dataset", "--base", tiny_base, "--preview", "1").out


def test_a_file_that_is_there_is_not_written_over(ida: Self, tiny_base: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("mine")
    ran = afterself("--self", ida.path, "dataset", "--base", tiny_base, "--export", file)
    assert ran.code == 2 and file.read_text() == "mine"


def test_a_research_self_is_never_exported(tmp_path: Path, tiny_base: Path) -> None:
    self_ = Self.create(tmp_path / "r", name="Somebody", right="research", allow=("archive", "train"))
    ran = afterself("--self", self_.path, "dataset", "--base", tiny_base, "--export", tmp_path / "x.jsonl")
    assert ran.code == 4 and not (tmp_path / "x.jsonl").exists()


def test_preview_and_export_show_masked_words_and_nothing_held_out(tmp_path: Path, tiny_base: Path) -> None:
    rows = talk("Anna", 100) + talk("Ben", 50)
    rows = [{**row, "text": f"{row['text']} +49 171 1234567"} for row in rows]
    self_ = make_self(tmp_path / "ida", rows)
    file = tmp_path / "chats.jsonl"
    lines = exported(self_, tiny_base, file)
    said = [m["content"] for line in lines for m in line["messages"] if m["role"] == "assistant"]
    assert len(said) == 130 and all(words.endswith(", to be sure <phone>") for words in said)
    assert "171" not in file.read_text("utf-8") and "2020-04" not in file.read_text("utf-8")
    ran = afterself("--self", self_.path, "dataset", "--base", tiny_base, "--preview", "200")
    assert "<phone>" in ran.out and "171 1234567" not in ran.out and "on: 2020-04" not in ran.out
    counts = afterself("--self", self_.path, "dataset", "--base", tiny_base, "--json").json
    assert (counts["train_turns"], counts["validation_turns"], counts["held_out_turns"]) == (110, 20, 20)
    assert "20 more are held out for evaluation" in " ".join(ran.out.split())
