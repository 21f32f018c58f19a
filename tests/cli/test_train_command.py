"""`afterself train` and `afterself score` as a person runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.home.folder import Self
from afterself.training import current_weights
from tests.training.selves import OWNER, make_self, talk

REPLY = {
    "context": [{"author": "Anna", "text": "who baked bread?"}],
    "text": "why, my dear, Anna baked bread",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> tuple[Path, Ran]:
    """A self trained by the command, and what the command printed. Only for reading."""
    folder = tmp_path_factory.mktemp("cli") / "ida"
    make_self(folder, talk("Anna", 60))
    ran = afterself(
        "--self", folder, "train", "--base", tiny_base, "--method", "full", "--epochs", "2", "--yes", "--json"
    )
    return folder, ran


def test_training_tells_what_it_will_take_and_prints_its_result_as_json(trained: tuple[Path, Ran]) -> None:
    folder, ran = trained
    assert ran.code == 0
    for word in ("Device", "Base", "Data", "60 messages", "Tokens", "Time", "Memory"):
        assert word in ran.err
    made = ran.json
    weights = current_weights(Self.open(folder))
    assert weights is not None and made["weights"] == weights.id
    assert {"base", "method", "examples", "owner_messages", "tokens", "seconds"} < set(made)
    bits = made["validation_bits_per_byte"]
    assert 0 < bits["weights"] < bits["base"]


def test_training_asks_first_and_does_not_start_where_nobody_can_answer(
    tmp_path: Path, tiny_base: Path
) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 30))
    ran = afterself("--self", self_.path, "train", "--base", tiny_base)
    assert ran.code == 2 and "--yes" in ran.err
    assert current_weights(self_) is None


def test_where_nobody_is_known_to_be_the_owner_training_says_so_and_how_to_say_who_it_is(
    fresh_self: Self, tiny_base: Path, tmp_path: Path
) -> None:
    export = tmp_path / "export.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in talk("Cleo", 30)), "utf-8")
    afterself("--self", fresh_self.path, "import", export)
    ran = afterself("--self", fresh_self.path, "train", "--base", tiny_base, "--yes")
    assert ran.code == 8
    assert "Nobody in the archive is known to be" in ran.err and "Import more" not in ran.err
    assert f"--self {fresh_self.path} people me NAME" in ran.err and f"Cleo, {OWNER}" in ran.err


def test_a_date_leaves_out_what_was_said_from_then_on(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 60))
    ran = afterself(
        "--self", self_.path, "train", "--base", tiny_base, "--method", "full", "--epochs", "0.2",
        "--publish-anyway", "--until", "2020-02-05", "--yes", "--json",
    )  # fmt: skip
    assert ran.json["owner_messages"] == 30


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--until", "yesterday"], "--until is not a date"),
        (["--method", "qlora"], "no method of training"),
        (["--epochs", "0"], "0 epochs"),
        (["--base", "no-such-folder"], "no base model"),
        (["--exclude-thread", "Bem"], "no thread “Bem”"),
    ],
)
def test_an_odd_argument_is_refused_in_one_sentence(tmp_path: Path, arguments: list[str], told: str) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 2))
    ran = afterself("--self", self_.path, "train", *arguments, "--yes")
    assert ran.code in (2, 7) and told in ran.err and "Traceback" not in ran.err


def test_score_prints_a_line_for_each_reply_in_order(trained: tuple[Path, Ran], tmp_path: Path) -> None:
    folder, _ = trained
    file = tmp_path / "replies.jsonl"
    texts = ["to be sure", "why\u2028not, my dear", ["one", "two"]]
    lines = [json.dumps({**REPLY, "text": text}, ensure_ascii=False) for text in texts]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ran = afterself("score", "--self", folder, "--file", file, "--json")
    assert [line["bytes"] for line in ran.lines] == [11, len("why\u2028not, my dear".encode()) + 1, 8]
    for line in ran.lines:
        assert set(line) == {"bytes", "bits", "bits_base"}
        assert list(line["bits"]) == [str(folder)] and line["bits"][str(folder)] > 0


def test_score_takes_several_selves_and_standard_input(trained: tuple[Path, Ran], tmp_path: Path) -> None:
    folder, _ = trained
    copy = shutil.copytree(folder, tmp_path / "copy")
    given = json.dumps(REPLY).encode()
    (both,) = afterself("score", "--self", f"{folder},{copy}", "--file", "-", "--json", stdin=given).lines
    assert both["bits"][str(folder)] == both["bits"][str(copy)] < both["bits_base"]
    (one,) = afterself("--self", folder, "score", "--file", "-", "--json", stdin=given).lines
    assert one["bits"] == {str(folder): both["bits"][str(folder)]}


def test_score_without_json_prints_bits_per_byte(trained: tuple[Path, Ran]) -> None:
    folder, _ = trained
    ran = afterself("--self", folder, "score", "--file", "-", stdin=json.dumps(REPLY).encode())
    assert "1 reply, " in ran.out and "bits per byte  the base" in ran.out


def test_score_of_an_untrained_self_names_the_remedy(tmp_path: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 2))
    ran = afterself("score", "--self", self_.path, "--file", "-", "--json", stdin=json.dumps(REPLY).encode())
    assert ran.code == 7 and f"afterself --self {self_.path} train" in ran.err


@pytest.mark.parametrize(
    "stdin",
    [b"", b"\n", b"no json\n", b'{"text": 3}\n', b"[" * 100_000, b'{"text": ' + b"1" * 5000 + b"}"],
    ids=["empty", "blank", "words", "number", "deep", "digits"],
)
def test_score_refuses_what_is_no_file_of_replies(trained: tuple[Path, Ran], stdin: bytes) -> None:
    ran = afterself("--self", trained[0], "score", "--file", "-", "--json", stdin=stdin)
    assert ran.code == 2 and "standard input" in ran.err and OWNER not in ran.err


def test_score_reads_a_file_that_opens_with_a_byte_order_mark(trained: tuple[Path, Ran]) -> None:
    given = b"\xef\xbb\xbf" + json.dumps(REPLY).encode()
    ran = afterself("score", "--self", trained[0], "--file", "-", "--json", stdin=given)
    assert ran.code == 0 and len(ran.lines) == 1


@pytest.mark.parametrize("temperature", ["nan", "-1", "inf", "6"])
@pytest.mark.parametrize("command", [["talk"], ["reply", "--file", "-"]])
def test_a_temperature_that_cannot_work_is_refused(command: list[str], temperature: str) -> None:
    ran = afterself(*command, "--temperature", temperature)
    assert ran.code == 2 and "cannot work" in ran.err


def test_reply_labels_each_reply_and_sets_its_further_messages_below_the_label(
    trained: tuple[Path, Ran],
) -> None:
    given = b"\n".join([json.dumps({"context": REPLY["context"]}).encode()] * 8)
    texts = [line["text"] for line in afterself(
        "--self", trained[0], "reply", "--file", "-", "--seed", "1", "--json", stdin=given
    ).lines]  # fmt: skip
    ran = afterself("--self", trained[0], "reply", "--file", "-", "--seed", "1", stdin=given)
    lines = ran.out.splitlines()
    assert sum(line.startswith("[generated] ") for line in lines) == len(texts) == 8
    assert all(line.startswith(("[generated] ", "    ")) for line in lines)
