"""`evaluate` on a self that was really trained: true figures, no way to raise them, a private page."""

from __future__ import annotations

import functools
import html.parser
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from afterself.archive.store import Archive, list_artifacts
from afterself.datasets.replies import Reply
from afterself.errors import AfterselfError, UsageError
from afterself.fidelity import Estimate, Evaluation, TooFew, evaluate
from afterself.fidelity.evaluation import PAGE, PAIRS
from afterself.fidelity.likeness import Pair, Reading
from afterself.fidelity.material import gather
from afterself.fidelity.page import page
from afterself.fidelity.written import Written, write_replies
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.models.ngram import WittenBell, bits
from afterself.models.turns import Line, Turn
from afterself.training import TrainOptions, require_weights, train
from afterself.training.held_out import held_out, trained_records
from tests.training.selves import make_self, talk
from tests.training.test_withdrawal import exclude, not_me

OPTIONS = TrainOptions(method="full", epochs=3, context=128)


@pytest.fixture(scope="module")
def ida(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    """A self with enough said that something is held out. Do not change it: take `copied`."""
    rows = talk("Anna", 220) + talk("Ben", 160)
    self_ = make_self(tmp_path_factory.mktemp("fidelity") / "ida", rows)
    train(self_, str(tiny_base), OPTIONS)
    return self_


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    """Somebody who writes otherwise, on the same base."""
    rows = [
        row | ({"text": "nope lol"} if row["author"] == "Bo" else {})
        for row in json.loads(json.dumps(talk("Anna", 160)).replace("Ida Fictional", "Bo"))
    ]
    self_ = make_self(tmp_path_factory.mktemp("fidelity") / "bo", rows, name="Bo")
    train(self_, str(tiny_base), replace(OPTIONS, publish_anyway=True))
    return self_


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    """Somebody who never says the same thing twice, with weights that learned little."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnop", k=draw.randint(2, 8))) for _ in range(800)]
    rows = [
        row | {"text": " ".join(draw.choices(words, k=9))} for row in talk("Anna", 340) + talk("Ben", 340)
    ]
    self_ = make_self(tmp_path_factory.mktemp("fidelity") / "eva", rows)
    train(self_, str(tiny_base), replace(OPTIONS, epochs=0.3, publish_anyway=True))
    return self_


@pytest.fixture(scope="module")
def done(ida: Self, other: Self) -> Evaluation:
    return evaluate(ida, {"bo": other})


@pytest.fixture
def copied(ida: Self, tmp_path: Path) -> Self:
    return Self.open(Path(shutil.copytree(ida.path, tmp_path / "ida")))


def test_only_replies_that_the_weights_never_saw_are_measured(ida: Self, done: Evaluation) -> None:
    weights = require_weights(ida)
    trained = trained_records(ida, weights)
    found = held_out(ida, weights)
    assert not trained & {record for reply in found for record in reply.records}
    ground = done.likeness.ground
    assert ground.replies == ground.available == len(found) >= 20
    material = gather(ida, weights)
    assert ground.bytes == sum(len(text.encode()) + 1 for text in material.texts)
    assert len(material.own) == 380 - len(found) and not set(material.texts) & set(material.others)


def test_figures_are_those_of_scoring_and_stand_in_their_intervals(ida: Self, done: Evaluation) -> None:
    reading = done.likeness.reading
    for found in (reading.base, reading.weights, reading.witten_bell, reading.saved_over_base):
        assert isinstance(found, Estimate) and found.low <= found.value <= found.high
    assert isinstance(reading.base, Estimate) and isinstance(reading.weights, Estimate)
    assert isinstance(reading.saved_over_base, Estimate)
    assert reading.saved_over_base.value == pytest.approx(reading.base.value - reading.weights.value)
    assert reading.saved_over_base.low > 0
    material = gather(ida, require_weights(ida))
    cheap = bits([WittenBell(material.own), WittenBell(material.others)], material.texts)
    assert isinstance(reading.witten_bell, Estimate)
    assert reading.witten_bell.value == pytest.approx(cheap.sum() / done.likeness.ground.bytes)


def test_a_self_is_told_apart_from_one_who_writes_otherwise(done: Evaluation) -> None:
    found = done.likeness.identification
    assert found is not None and found.chance == 0.5
    five, swap = found.accuracy[5], found.swap["bo"]
    assert isinstance(five, Estimate) and five.value > 0.9
    assert isinstance(swap, Estimate) and swap.low > 0


def test_copying_and_low_temperature_raise_no_figure(
    varied: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written has one way into the result, the gates: a copier fails one, likeness stays as it is."""
    material = gather(varied, require_weights(varied))
    copies = Written(tuple((text,) for text in material.own[: len(material.replies)]), len(material.replies))
    writers: dict[str, Callable[..., Written]] = {
        "weights": write_replies,
        "cold": functools.partial(write_replies, temperature=0.3),
        "copier": lambda *_: copies,
    }
    found = {}
    for name, writer in writers.items():
        monkeypatch.setattr("afterself.fidelity.evaluation.write_replies", writer)
        found[name] = evaluate(varied).likeness.as_dict()
    likeness = [{k: one[k] for k in ("bits_per_byte", "saved_bits_per_byte")} for one in found.values()]
    assert likeness[0] == likeness[1] == likeness[2]
    assert isinstance(likeness[0]["bits_per_byte"]["weights"]["value"], float)
    assert found["weights"]["copying"]["verdict"] == "pass"
    assert found["copier"]["copying"]["verdict"] == "fail"
    assert found["copier"]["copying"]["written"]["exact"] == 1.0


def test_the_same_weights_give_the_same_figures_again(ida: Self, other: Self, done: Evaluation) -> None:
    again = evaluate(ida, {"bo": other}).likeness.as_dict()
    first = done.likeness.as_dict()
    assert {**again, "measured_at": 0} == {**first, "measured_at": 0}


def test_the_page_loads_nothing_and_holds_no_private_text(ida: Self, done: Evaluation) -> None:
    text = done.page.read_text("utf-8")
    assert done.page.stat().st_mode & 0o777 == 0o600
    assert "default-src 'none'" in text and not re.search(r"<(script|link|img|iframe)|https?:|url\(", text)
    material = gather(ida, require_weights(ida))
    private = {*material.messages, *material.own, *material.others}
    assert not [message for message in private if len(message) > 8 and message in text]
    _Balanced().feed(text)


def test_samples_are_shown_when_asked_for_and_marked_as_generated(copied: Self) -> None:
    shown = evaluate(copied, samples=True)
    assert shown.likeness.pairs
    text = shown.page.read_text("utf-8")
    assert text.count("did not write this") == len(shown.likeness.pairs)
    assert "this page was made with samples" in text and "asked for" not in text
    assert "pairs" not in shown.likeness.as_dict()


def test_a_scale_that_does_not_begin_at_zero_says_so(done: Evaluation) -> None:
    high = Estimate(2.1, 2.0, 2.2)
    found = replace(done.likeness, reading=Reading(high, high, high, high, high))
    assert page(found).count("The scale begins at 2, not at 0.") == 1  # differences are drawn around 0
    low = Estimate(0.1, 0.0, 0.2)
    assert "The scale begins" not in page(replace(found, reading=Reading(low, low, low, low, low)))


def test_hostile_names_and_samples_stay_text(done: Evaluation) -> None:
    evil = "<script>alert(1)</script>\u202eevil\x1b[2J\"'&"
    pair = Pair(evil, evil, evil)
    text = page(replace(done.likeness, name=evil, weights=evil, base=evil, pairs=(pair,)))
    assert "<script" not in text and "\u202e" not in text and "\x1b" not in text
    _Balanced().feed(text)


def test_the_page_goes_when_something_it_was_made_from_is_forgotten(copied: Self) -> None:
    made = evaluate(copied)
    (artifact,) = [a for a in list_artifacts(copied, "report") if a.state == "current"]
    assert artifact.path == f"reports/{PAGE}"
    reply = held_out(copied, require_weights(copied))[0]
    with Archive.writing(copied) as archive:
        archive.forget([reply.records[0]])
    assert not made.page.exists()
    assert {a.state for a in list_artifacts(copied, "report")} == {"erased"}


@pytest.mark.parametrize("decide", [exclude, not_me])
def test_what_is_withdrawn_while_it_is_measured_stands_on_no_page(
    copied: Self, decide: Callable[[Self], None]
) -> None:
    def tell(report: Report) -> None:
        if report.stage == "writing replies" and report.finished:
            decide(copied)

    with pytest.raises(AfterselfError, match=r"withdrawn meanwhile|no weights|stale"):
        evaluate(copied, progress=Progress(tell), samples=True)
    assert not (copied.reports_dir / PAGE).exists()


def test_a_page_that_cannot_be_written_leaves_none_that_the_ledger_does_not_know(
    copied: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old page holds what the new one does not: nobody would find it when that is forgotten."""
    assert evaluate(copied, samples=True).page.exists()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("afterself.home.sealed.Files.write", full)
    with pytest.raises(OSError, match="No space"):
        evaluate(copied)
    assert not (copied.reports_dir / PAGE).exists()


def test_personal_data_is_masked_alike_in_what_is_read_and_in_what_reads(
    tmp_path: Path, tiny_base: Path
) -> None:
    """Weights learn `<email>`, and so does letter counting; a copy of such a message is found as a copy."""
    draw = random.Random(1)
    rows = [
        row | {"text": f"{''.join(draw.choices('abcdef', k=30))}: write to ida{n}@example.org then"}
        for n, row in enumerate(talk("Anna", 240))
    ]
    self_ = make_self(tmp_path / "ida", rows)
    train(self_, str(tiny_base), replace(OPTIONS, epochs=0.3, publish_anyway=True))
    material = gather(self_, require_weights(self_))
    for side in (material.own, material.others, material.texts):
        assert side and all("write to <email> then" in text and "@" not in text for text in side)


def test_what_a_reply_repeats_of_another_source_is_no_later_message(ida: Self) -> None:
    """Real repeating sets the bar for copies: what is in the archive twice must not raise it."""
    material = gather(ida, require_weights(ida))
    first = material.replies[0]
    talk_ = first.reply.conversation
    said = Line("", "the same words as in another source")
    last = talk_.bursts[-1]
    longer = replace(last, turn=Turn(True, (said, *last.turn.lines)), given=1)
    given = replace(first, reply=Reply(replace(talk_, bursts=(*talk_.bursts[:-1], longer))))
    assert replace(material, replies=(given,)).messages == replace(material, replies=(first,)).messages


def test_a_second_page_takes_the_place_of_the_first(copied: Self) -> None:
    assert evaluate(copied).page == evaluate(copied).page
    assert [a.state for a in list_artifacts(copied, "report")][-2:] == ["erased", "current"]


def test_a_research_self_can_be_measured(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "r", talk("Anna", 60), right="research")
    train(self_, str(tiny_base), replace(OPTIONS, epochs=0.3, publish_anyway=True))
    found = evaluate(self_).likeness
    assert found.right == "research"
    assert found.as_dict()["bits_per_byte"]["weights"]["not_measurable"] is True
    assert found.copying.verdict == "not measurable"


def test_with_too_few_replies_nothing_is_scored_or_written_and_what_is_missing_is_told(
    copied: Self, other: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Report] = []
    found = evaluate(copied, {"bo": other}, Progress(seen.append), most=7).likeness
    assert {report.stage for report in seen} == {"reading"}
    assert found.copying.reasons == ("7 real messages are fewer than the 50 that are needed",)
    assert isinstance(found.reading.weights, TooFew) and found.typicality.verdict == "not measurable"
    assert found.reading.weights.needs == "needs at least 20 replies in 5 conversations"
    assert found.identification is not None
    twenty = found.identification.accuracy[20]
    assert isinstance(twenty, TooFew) and twenty.needs == "needs at least 60 replies in 5 conversations"
    told = page(found)
    assert "with 7 replies in" in told and "needs at least 20 replies in 5 conversations" in told
    assert "Here it wrote nothing" in told
    assert "dashed line" not in told and "pale bar" not in told, "no mark is explained that is not drawn"
    assert "(there are none yet)" in page(replace(found, ground=replace(found.ground, replies=0)))
    shown = evaluate(copied, most=7, samples=True).likeness  # asked for: some are written to be shown
    assert len(shown.pairs) == 7 and shown.typicality.replies == PAIRS


def test_selves_on_different_bases_are_refused_before_anything_is_scored(
    copied: Self, other: Self, tmp_path: Path
) -> None:
    moved = Self.open(Path(shutil.copytree(other.path, tmp_path / "bo")))
    (manifest,) = moved.weights_dir.glob("*/manifest.json")
    facts = json.loads(manifest.read_text("utf-8")) | {"base_sha256": "0" * 64}
    manifest.write_text(json.dumps(facts), "utf-8")
    with pytest.raises(UsageError, match="another base"):
        evaluate(copied, {"bo": moved})


def test_progress_tells_every_stage_and_how_long_it_takes(ida: Self) -> None:
    heard: list[Report] = []
    evaluate(ida, progress=Progress(heard.append))
    stages = list(dict.fromkeys(report.stage for report in heard))
    assert stages == ["reading", "scoring under the base", "scoring under the weights", "writing replies"]
    assert any(report.eta is not None for report in heard if report.stage == "writing replies")


def test_replies_end_when_their_time_is_up(ida: Self) -> None:
    material = gather(ida, require_weights(ida))
    clock = _ticking()
    written = write_replies(ida, material.replies, count=50, seconds=3.5, clock=lambda: next(clock))
    assert (written.count, written.asked) == (3, 50)


def _ticking() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 1


class _Balanced(html.parser.HTMLParser):
    """Fails where a tag is left open or closed twice."""

    void = frozenset({"meta", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in self.void or self.open.pop() == tag
