"""A conversation as an object: what it answers with, what it keeps, and until when it remembers."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from afterself.cli.talk_commands import introduction
from afterself.cli.talk_sitting import Sitting
from afterself.errors import ModelError, UsageError
from afterself.home.folder import Self
from afterself.memory.ask import Memory
from afterself.persona import Fact, Spoken, SteppedOut, Talk
from afterself.persona.grounding import Mode
from afterself.persona.moments import read_as_of
from afterself.policy import open_view
from tests.persona.conftest import BURST, rows
from tests.training.selves import make_self


def test_a_reply_that_is_stopped_keeps_what_was_passed_on_and_the_talk_goes_on(talker: Self) -> None:
    def stop_at_the_kettle(piece: str) -> None:
        heard.append(piece)
        if "kettle" in "".join(heard):
            raise KeyboardInterrupt

    heard: list[str] = []
    with Talk.open(talker, temperature=0) as talk:
        reply = talk.say("hello", stop_at_the_kettle)
        assert isinstance(reply, Spoken) and reply.stopped
        assert "\n".join(reply.messages) == "".join(heard).strip()
        assert talk.turns[-1].owner and len(talk.turns) == 2
        again = talk.retry()
        assert isinstance(again, Spoken) and again.messages == BURST
        assert len(talk.turns) == 2 and len(talk.history) == 1


def test_a_reply_that_is_stopped_before_its_first_word_leaves_the_talk_as_it_was(talker: Self) -> None:
    def stop(piece: str) -> None:
        raise KeyboardInterrupt

    with Talk.open(talker, temperature=0) as talk:
        assert talk.say("hello", stop) == Spoken((), stopped=True)
        assert talk.turns == []
        assert talk.retry() == Spoken(BURST)
        assert talk.retry(stop) == Spoken((), stopped=True)
        assert talk.history == [("hello", Spoken(BURST))]
        assert len(talk.turns) == 2


def test_a_reply_whose_check_is_stopped_stays_with_what_it_claims_as_guesses(
    talker: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with Talk.open(talker, temperature=0) as talk:
        with monkeypatch.context() as pressed:
            pressed.setattr(Memory, "ask", stop)
            reply = talk.say("hello")
            assert isinstance(reply, Spoken) and reply.stopped and reply.messages == BURST
            assert [one.sentence for one in reply.checked] == ["the gate was open"]
            assert all(one.by is None for one in reply.checked)
            again = talk.retry()
            assert isinstance(again, Spoken) and again.stopped and again.messages == BURST
        assert (len(talk.history), len(talk.turns)) == (1, 2)
        assert talk.retry() == Spoken(BURST)
        assert (len(talk.history), len(talk.turns)) == (1, 2)


def test_what_breaks_off_while_a_reply_is_written_leaves_the_talk_as_it_was(talker: Self) -> None:
    def fail(piece: str) -> None:
        if piece:
            raise BrokenPipeError

    with Talk.open(talker, temperature=0) as talk:
        with pytest.raises(BrokenPipeError):
            talk.say("hello", fail)
        assert talk.history == [] and talk.turns == []
        talk.say("hello")
        kept = list(talk.turns)
        with pytest.raises(BrokenPipeError):
            talk.retry(fail)
        assert talk.history == [("hello", Spoken(BURST))] and talk.turns == kept


def test_another_try_with_a_seed_is_another_reply_and_the_same_one_the_next_time(talker: Self) -> None:
    tries = []
    for _ in range(2):
        with Talk.open(talker, seed=7, temperature=3) as talk:
            tries.append([talk.say("hello"), talk.retry(), talk.retry()])
    assert tries[0] == tries[1]
    assert len({str(reply) for reply in tries[0]}) == 3


def test_there_is_nothing_to_write_again_before_a_reply_and_after_a_quote(talker: Self) -> None:
    with Talk.open(talker) as talk:
        assert talk.retry() is None
        assert isinstance(talk.say("What is your boat called?"), Fact)
        assert talk.retry() is None


def test_the_model_is_not_asked_about_words_of_distress(talker: Self) -> None:
    with Talk.open(talker) as talk:
        assert talk.engine is not None
        talk.engine.close()  # whoever asks it now gets an error
        reply = talk.say("Ich will nicht mehr leben")
        assert isinstance(reply, SteppedOut) and reply.language == "de"
        assert "findahelpline.com" in reply.message and "Ida Fictional" in reply.message
        assert talk.turns == [] and talk.retry() is None


@pytest.mark.parametrize("answers", ["recorded", "grounded", "free"])
def test_asked_what_it_is_the_program_answers_and_not_the_persona(talker: Self, answers: Mode) -> None:
    out = Console(record=True, width=200)
    with Talk.open(talker, answers=answers) as talk:
        reply = Sitting(talk, out).say("Are you a real person?")
        assert isinstance(reply, Fact) and not reply.answer.hits
        assert reply.declined is not None and reply.declined.reason == "software"
        named = Sitting(talk, out).say(f"Hello {talk.owner}, who are you?")
        assert isinstance(named, Fact) and named.declined is not None and named.declined.reason == "software"
        assert talk.turns == []
    assert "This is a program" in out.export_text()


def test_a_slash_before_words_of_distress_makes_no_command_of_them(
    talker: Self, capsys: pytest.CaptureFixture[str]
) -> None:
    with Talk.open(talker) as talk:
        sitting = Sitting(talk, Console(width=200))
        assert sitting.take("/I want to die") and sitting.take("/want")
        assert [type(reply) for _, reply in talk.history] == [SteppedOut]
    shown = capsys.readouterr().out
    assert "[software] This is software" in shown and "There is no command /want" in shown


def test_as_of_a_date_memory_ends_there_and_the_header_has_that_month(talker: Self) -> None:
    with Talk.open(talker, as_of="June 2018") as talk:
        assert talk.header.on == "2018-06"
        answer = talk.say("Which colour did you paint the boat?")
        assert isinstance(answer, Fact)
        assert {hit.said_at.year for hit in answer.answer.hits if hit.said_at} <= {2018}
        talk.begin(as_of="")
        assert talk.header.on == "2021-01" and talk.moment is None
        answer = talk.say("Which colour did you paint the boat?")
        assert isinstance(answer, Fact) and "red" in answer.answer.hits[0].text


def test_a_view_as_of_a_date_shows_nothing_later_by_any_way(talker: Self) -> None:
    until = datetime(2020, 2, 1, tzinfo=UTC)
    with open_view(talker, "retrieve") as whole, open_view(talker, "retrieve", until=until) as view:
        seen = list(view.records())
        assert {r.id for r in seen} == {r.id for r in whole.records() if r.said_at and r.said_at < until}
        later = [r.id for r in whole.records() if r.said_at and r.said_at >= until]
        assert len(later) > 100 and seen
        assert view.many(later) == {} and view.record(later[0]) is None
        assert not {id for id, _ in view.match("boat OR kettle", 1000)} & set(later)
        assert len(whole.match("boat OR kettle", 1000)) > len(view.match("boat OR kettle", 1000))
        assert not {r.id for window in view.retrieval.around(later[:9], 2, 2) for r in window} & set(later)
        assert all(t.last and t.last < until for t in view.threads())
        assert view.retrieval.latest() == max(r.said_at for r in seen if r.said_at)


def test_a_date_before_everything_or_no_date_is_refused_and_changes_nothing(talker: Self) -> None:
    with Talk.open(talker) as talk:
        header = talk.header
        for date in ("1999", "last summer", "2/3/2019"):
            with pytest.raises(UsageError):
                talk.begin(as_of=date)
        assert talk.header == header and talk.moment is None
        assert isinstance(talk.say("What is your boat called?"), Fact)


@pytest.mark.parametrize(
    ("typed", "until", "month"),
    [
        ("2016", datetime(2017, 1, 1, tzinfo=UTC), "2016-12"),
        ("2016-05", datetime(2016, 6, 1, tzinfo=UTC), "2016-05"),
        ("2016-12", datetime(2017, 1, 1, tzinfo=UTC), "2016-12"),
        ("2016-02-29", datetime(2016, 3, 1, tzinfo=UTC), "2016-02"),
        ("3. Mai 2016", datetime(2016, 5, 4, tzinfo=UTC), "2016-05"),
    ],
)
def test_a_date_means_the_end_of_what_it_names(typed: str, until: datetime, month: str) -> None:
    moment = read_as_of(typed)
    assert (moment.until, moment.month) == (until, month)


def test_a_contact_is_found_by_a_part_of_the_name_and_a_stranger_is_taken_as_such(talker: Self) -> None:
    with Talk.open(talker, to="BEN") as talk:
        assert talk.header.to == (("Ben Schwarz", None),)
        talk.say("hello")
        talk.begin(to="Zacharias Quill")
        assert talk.header.to == (("Zacharias Quill", None),)
        assert talk.turns == []
        with pytest.raises(UsageError, match="Anna Weiss"):
            talk.begin(to="Weis")
        assert talk.header.to == (("Zacharias Quill", None),)


def test_talking_changes_no_file_of_the_self_but_the_audit_log_and_loads_no_torch(talker: Self) -> None:
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in talker.path.rglob("*") if p.is_file()}
    code = (
        "import sys; from pathlib import Path; from afterself.home.folder import Self\n"
        "from afterself.persona import Talk\n"
        f"with Talk.open(Self.open(Path({str(talker.path)!r})), seed=1) as talk:\n"
        "    talk.say('hello'); talk.say('What is your boat called?'); talk.begin(as_of='2020')\n"
        "print(sorted({'torch', 'transformers', 'tokenizers', 'peft', 'gguf'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
    assert json.loads(talker.audit_path.read_text().splitlines()[-1])["event"] == "talk opened"
    assert "boat" not in talker.audit_path.read_text()
    kept = {p: v for p, v in before.items() if not p.name.endswith(("-shm", "-wal", "audit.log"))}
    after = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in kept}
    assert after == kept


def test_the_history_has_the_notes_of_each_reply_and_where_a_new_conversation_began(talker: Self) -> None:
    out = Console(record=True, width=200)
    with Talk.open(talker, temperature=0) as talk:
        sitting = Sitting(talk, out)
        for typed in ("hello", "/to Ben Schwarz", "hello", "/as-of 2020"):
            sitting.take(typed)
        out.export_text()
        sitting.take("/history")
        told = out.export_text()
    notes = [line for line in told.splitlines() if line.startswith(("¦", "[You", "[Memory", "you"))]
    kinds = ["".join(note.split()[:2]) for note in notes]
    assert kinds == ["you›", "¦“the", "[Youare", "you›", "[Memoryends"], told


def test_quotes_alone_need_no_weights_and_load_no_model(talker: Self) -> None:
    light = """
import sys
for name in ("torch", "transformers", "xllamacpp", "gguf"):
    sys.modules[name] = None
from afterself.cli import main
main()
"""
    words = ("--self", str(talker.path), "talk", "--answers", "recorded")
    done = subprocess.run(
        [sys.executable, "-c", light, *words], capture_output=True, text=True,
        input="What is your boat called?\n/retry\n/as-of 2019\nhello\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("This is not Ida Fictional.") and lines[1] == "you › What is your boat called?"
    assert "Heron" in done.stdout and "no generated reply" in done.stdout
    assert "Memory ends with 2019. A new" in done.stdout and "[generated]" not in done.stdout


def test_asked_of_a_year_before_the_records_a_talk_quotes_what_tells_of_it(tmp_path: Path) -> None:
    told = {**rows()[1], "text": "In 1970 they took the trains off and the platform went to weeds."}
    self_ = make_self(tmp_path / "ida", [rows()[0], told, *rows()[2:]], allow=("archive", "train", "talk"))
    with Talk.open(self_, answers="recorded") as talk:
        reply = talk.say("What happened in 1970?")
        assert isinstance(reply, Fact) and reply.declined is None
        assert [hit.text for hit in reply.answer.hits] == [told["text"]]
        nothing = talk.say("What happened in 1901?")
        assert isinstance(nothing, Fact) and nothing.declined is not None


def test_a_self_without_weights_answers_with_quotes_and_is_told_that_it_can(tmp_path: Path) -> None:
    self_ = make_self(tmp_path / "ida", rows(), allow=("archive", "train", "talk"))
    with pytest.raises(ModelError, match="talk --answers recorded"):
        Talk.open(self_)
    with Talk.open(self_, answers="recorded") as talk:
        told = introduction(talk)
        assert "nothing is generated" in told and "[generated]" not in told
        reply = talk.say("What is your boat called?")
        assert isinstance(reply, Fact) and "Heron" in reply.answer.hits[0].text


def test_a_talk_from_a_pipe_says_what_it_is_and_shows_each_message_before_its_answer(talker: Self) -> None:
    words = ("--self", str(talker.path), "talk", "--answers", "recorded")
    done = subprocess.run(
        [sys.executable, "-m", "afterself", *words], capture_output=True, text=True,
        input="\nWhat is your boat called?\n\x1b[2Jhello\n/bye\nnever read\n",
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines[0].startswith("This is not Ida Fictional.")
    said = [line for line in lines if line.startswith("you › ")]
    assert said[0] == "you › What is your boat called?" and len(said) == 3 and "\x1b" not in done.stdout
    quoted = next(number for number, line in enumerate(lines) if "Heron" in line)
    assert lines.index(said[0]) < quoted < lines.index(said[1])


def test_a_follow_up_is_asked_of_memory_with_the_name_and_kept_in_the_visitors_words(tmp_path: Path) -> None:
    said = [("Ida Fictional", "Jonas is 31 and lives in Trondheim"), ("Ben", "the gate was open")]
    rows = [
        {"conversation": "Ben", "time": f"2020-01-0{n}T09:00:00", "author": author, "text": text}
        for n, (author, text) in enumerate(said, 1)
    ]
    self_ = make_self(tmp_path / "ida", rows, allow=("archive", "talk"))
    out = Console(record=True, width=200)
    with Talk.open(self_, answers="recorded") as talk:
        sitting = Sitting(talk, out)
        nothing = sitting.say("How old is he?")
        assert isinstance(nothing, Fact) and not nothing.recorded and not nothing.answer.hits
        for question in ("Who is Jonas?", "How old is he?"):
            reply = sitting.say(question)
            assert isinstance(reply, Fact) and reply.recorded and "31" in reply.answer.hits[0].text
        assert reply.answer.question == "How old is Jonas?"
        assert [words for words, _ in talk.history] == ["How old is he?", "Who is Jonas?", "How old is he?"]
        talk.begin(to="Ben")
        again = sitting.say("How old is he?")
        assert isinstance(again, Fact) and not again.recorded, "a new conversation leans on nothing"
    assert out.export_text().count("[taken as: How old is Jonas?]") == 1
