"""Which record comes first, and when to say that nothing is recorded: on plain data, without an archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterself.memory.abstention import ATTRIBUTED_FROM, grounds
from afterself.memory.bm25 import Statistics, bm25
from afterself.memory.names import NameBook, Person
from afterself.memory.question import read_question
from afterself.memory.ranking import Entry, Neighbourhood, Ranked, rank
from afterself.memory.words import document_stems, ends_in_a_question

PEOPLE = {"Nora": 1, "Ben": 2, "Anna": 3}
NAMES = NameBook([Person(number, name, name == "Nora") for name, number in PEOPLE.items()], "Nora")


@dataclass
class Said:
    """One line of a conversation for a test; `new` opens another sitting."""

    author: str
    text: str
    at: str = "2020-06-01"
    new: bool = False


def ranked(question: str, lines: Sequence[Said]) -> tuple[list[Ranked], float]:
    entries: dict[str, Entry] = {}
    frequency: Counter[str] = Counter()
    links = []
    for number, line in enumerate(lines):
        stems, content = document_stems(line.text)
        frequency.update(set(stems))
        at = datetime.fromisoformat(line.at).replace(tzinfo=UTC)
        id = f"r{number:02d}"
        entries[id] = Entry(
            id, stems, len(content), PEOPLE[line.author], at, "second", ends_in_a_question(line.text), (id,)
        )
        if number and not line.new:
            links.append((f"r{number - 1:02d}", id))
    length = sum(entry.length for entry in entries.values()) / max(len(entries), 1)
    statistics = Statistics(len(entries), length, frequency)
    asked = read_question(question, NAMES)
    order = rank(asked, Neighbourhood(entries, links), statistics)
    return order, grounds(asked, order, statistics).answerable


def order(question: str, lines: Sequence[Said]) -> list[str]:
    return [hit.id for hit in ranked(question, lines)[0]]


SMALL_TALK = [Said("Ben", "lovely weather today", new=True), Said("Nora", "rain tomorrow though", new=True)]


def test_an_answered_question_lends_most_of_its_score_and_stands_behind_its_answer() -> None:
    lines = [Said("Ben", "who sat on the panel?"), Said("Nora", "two engineers"), *SMALL_TALK]
    hits, _ = ranked("Who was on the panel?", lines)
    assert [(hit.id, hit.score) for hit in hits] == [("r01", pytest.approx(0.9)), ("r00", pytest.approx(0.8))]
    assert hits[0].near == {"panel"}


def test_a_question_lends_to_the_whole_run_of_messages_that_answers_it_each_less() -> None:
    lines = [
        Said("Ben", "who sat on the panel?"),
        Said("Nora", "two engineers"),
        Said("Nora", "one of them asleep"),
        Said("Ben", "typical"),
        *SMALL_TALK,
    ]
    scores = {hit.id: hit.score for hit in ranked("Who was on the panel?", lines)[0]}
    assert scores == {"r01": pytest.approx(0.9), "r00": pytest.approx(0.8), "r02": pytest.approx(0.63)}


def test_a_question_that_its_own_asker_goes_on_from_lends_like_any_record() -> None:
    lines = [Said("Ben", "who sat on the panel?"), Said("Ben", "do tell"), *SMALL_TALK]
    scores = {hit.id: hit.score for hit in ranked("Who was on the panel?", lines)[0]}
    assert scores == {"r00": pytest.approx(1.0), "r01": pytest.approx(0.3)}


def test_the_record_before_borrows_less_than_the_record_after() -> None:
    lines = [Said("Ben", "hello"), Said("Nora", "the panel was kind"), Said("Ben", "good"), *SMALL_TALK]
    scores = {hit.id: hit.score for hit in ranked("Who was on the panel?", lines)[0]}
    assert scores == {"r00": pytest.approx(0.1), "r01": pytest.approx(1.0), "r02": pytest.approx(0.3)}


def test_nothing_is_lent_across_a_new_sitting() -> None:
    lines = [Said("Ben", "who sat on the panel?"), Said("Nora", "two engineers", new=True), *SMALL_TALK]
    assert order("Who was on the panel?", lines) == ["r00"]


def test_of_two_equal_records_the_named_person_s_comes_first() -> None:
    lines = [Said("Ben", "I love sailing", new=True), Said("Anna", "I love sailing", new=True), *SMALL_TALK]
    assert order("Does Anna love sailing?", lines)[0] == "r01"
    assert order("Does Ben love sailing?", lines)[0] == "r00"


def test_you_means_the_owner() -> None:
    lines = [Said("Ben", "I love sailing", new=True), Said("Nora", "I love sailing", new=True), *SMALL_TALK]
    assert order("Do you love sailing?", lines)[0] == "r01"


def test_a_record_of_the_named_month_comes_first() -> None:
    lines = [
        Said("Nora", "went sailing", "2019-05-03", new=True),
        Said("Nora", "went sailing", "2021-07-03", new=True),
    ]
    assert order("When in July 2021 did you go sailing?", lines)[0] == "r01"
    assert order("Did you go sailing in May?", lines)[0] == "r00"


def test_a_rare_word_weighs_more_than_a_frequent_one() -> None:
    lines = [Said("Nora", f"boat number {n}", new=True) for n in range(9)]
    lines.append(Said("Nora", "a compass", new=True))
    assert order("Which boat has the compass?", lines)[0] == "r09"


def test_the_order_does_not_depend_on_the_order_of_the_candidates() -> None:
    lines = [Said("Nora", "boat", new=True) for _ in range(5)]
    asked = read_question("boat", NAMES)
    entries = {
        f"r{n}": Entry(f"r{n}", ["boat"], 1, 1, None, "none", False, (f"r{n}",)) for n in range(len(lines))
    }
    statistics = Statistics(5, 1.0, {"boat": 5})
    backwards = dict(reversed(entries.items()))
    assert rank(asked, Neighbourhood(entries), statistics) == rank(
        asked, Neighbourhood(backwards), statistics
    )


def test_a_topic_that_was_never_mentioned_is_not_answerable() -> None:
    assert ranked("What is your cat called?", SMALL_TALK)[1] == 0.0
    assert ranked("", SMALL_TALK) == ([], 0.0)
    assert ranked("and who is it?", SMALL_TALK) == ([], 0.0)


def test_what_somebody_else_said_does_not_answer_for_the_named_person() -> None:
    lines = [Said("Ben", "my broken hip hurts, I fell on the stairs", new=True), *SMALL_TALK]
    assert ranked("How was the hip broken, Ben?", lines)[1] > 0.9
    assert ranked("How was your hip broken?", lines)[1] < ATTRIBUTED_FROM


def test_a_question_that_the_person_was_asked_speaks_for_them() -> None:
    lines = [Said("Ben", "who sat on the panel?"), Said("Nora", "two engineers"), *SMALL_TALK]
    assert ranked("Who sat on your panel?", lines)[1] > 0.9


def test_what_the_owner_tells_of_a_named_person_answers_for_them() -> None:
    lines = [Said("Nora", "Ben broke his hip on the stairs", new=True), *SMALL_TALK]
    assert ranked("How did Ben break his hip?", lines)[1] > 0.6
    by_another = [Said("Anna", "Ben broke his hip on the stairs", new=True), *SMALL_TALK]
    assert ranked("How did Ben break his hip?", by_another)[1] < ATTRIBUTED_FROM


def test_a_date_that_no_record_is_from_lowers_the_certainty() -> None:
    lines = [Said("Nora", "we went sailing", "2021-07-03", new=True), *SMALL_TALK]
    assert ranked("Did you go sailing in 1987?", lines)[1] < ranked("Did you go sailing in 2021?", lines)[1]


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(
    st.lists(st.sampled_from(["boat", "panel", "hip", "sail", "harp"]), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.sampled_from(["Nora", "Ben"]), st.sampled_from(["boat", "hip", "rain"])), max_size=8
    ),
    st.booleans(),
)
def test_certainty_lies_between_0_and_1_and_is_0_without_a_shared_word(
    asked: list[str], said: list[tuple[str, str]], named: bool
) -> None:
    lines = [Said(author, text) for author, text in said]
    hits, certainty = ranked(" ".join([*asked, *(["Ben"] if named else [])]), lines)
    assert 0.0 <= certainty <= 1.0
    shared = {text for _, text in said} & set(asked)
    assert bool(hits) == bool(shared)
    assert (certainty == 0.0) == (not shared)


@given(st.lists(st.sampled_from("ab"), max_size=12), st.lists(st.sampled_from("abc"), max_size=3))
def test_bm25_is_0_without_a_shared_stem_and_positive_with_one(stems: list[str], terms: list[str]) -> None:
    statistics = Statistics(10, 3.0, {"a": 10, "b": 1})
    score = bm25(stems, len(stems), {term: statistics.idf(term) for term in terms}, statistics.mean_length)
    assert (score > 0) == bool(set(stems) & set(terms))


def test_a_title_names_nobody() -> None:
    book = NameBook([Person(1, "Mr Okafor", False), Person(2, "Nora", True)], "Nora")
    asked = read_question("What was Mr Cadney's first name?", book)
    assert asked.naming.persons == () and "cadney" in asked.content and "mr" not in asked.content
    assert read_question("What did Mr Okafor plant?", book).naming.only == {1}
