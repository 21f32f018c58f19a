"""What a question is taken to look for: words, persons, dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from afterself.memory.dates import DateMention, dates_in
from afterself.memory.names import NameBook, Person
from afterself.memory.question import MOST_TERMS, Question, read_question
from afterself.memory.words import document_stems, ends_in_a_question, fold, language_of, words_of

ANNA, BEN, NORA, NORA_AT_WORK, OTHER_ANNA, WILL, CARLA = range(1, 8)
PEOPLE = [
    Person(ANNA, "Anna Smith", False),
    Person(BEN, "Ben Okafor", False),
    Person(NORA, "Nora", True),
    Person(NORA_AT_WORK, "nw_73", True),
    Person(OTHER_ANNA, "Anna Jones", False),
    Person(WILL, "Will", False),
    Person(CARLA, "Carla Work", False),
    Person(CARLA, "carla@mail.example.org", False),
]


def read(text: str) -> Question:
    return read_question(text, NameBook(PEOPLE, "Nora Whitlock"))


def meant(text: str) -> list[set[int]]:
    return [set(person) for person in read(text).naming.persons]


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("What did you say about the sailing boats?", ["sail", "boat"]),
        ("Where did Ben's father break his hip?", ["father", "break", "hip"]),
        ("Was hast du über die Segelboote gesagt?", ["segelboot"]),
        ("¿Qué dijiste del barco azul?", ["barco", "azul"]),
        ("Qu'est-ce que tu as dit sur le bateau ?", ["bateau"]),
        ("Когда ты купила лодку?", ["когда", "ты", "купила", "лодку"]),
        ("", []),
        ("what is it?", []),
        ("\x00 \ud800 AND OR NOT NEAR(* ^ \"", ["near"]),
    ],
)  # fmt: skip
def test_only_content_words_are_looked_for(question: str, content: list[str]) -> None:
    assert list(read(question).content) == content


def test_an_inflected_word_finds_the_same_stem_with_and_without_diacritics() -> None:
    assert document_stems("sailing past Cafés") == (["sail", "past", "cafe"], ("sail", "past", "cafe"))
    assert document_stems("sails past cafe") == document_stems("sailing past Cafés")
    assert fold("ÉCOLE ﬁn") == "ecole fin"
    assert words_of("don't_stop") == ["don", "t", "stop"]


def test_only_content_words_make_a_record_long_but_no_word_is_lost() -> None:
    stems, content = document_stems("It was the war in which he had to die")
    assert content == ("war", "die")
    assert {"war", "die", "the"} <= set(stems)


@pytest.mark.parametrize("text", ["where?", "“where?” ", "where?)", "どこ？", "أين؟", "πού;"])
def test_a_record_that_ends_in_a_question_mark_asks(text: str) -> None:
    assert ends_in_a_question(text)


@pytest.mark.parametrize("text", ["", "where? there.", "a; b;", "?!", "yes"])
def test_a_record_that_goes_on_after_its_question_does_not_ask(text: str) -> None:
    assert not ends_in_a_question(text)


def test_a_question_in_no_known_language_is_taken_as_english() -> None:
    assert language_of(["лодка"]).code == "en"
    assert language_of(["wann", "hast", "du", "das", "gekauft"]).code == "de"


@pytest.mark.parametrize(
    ("question", "persons"),
    [
        ("What did you buy?", [{NORA, NORA_AT_WORK}]),
        ("What did I buy?", [{NORA, NORA_AT_WORK}]),
        ("Wann hast du das Boot gekauft?", [{NORA, NORA_AT_WORK}]),
        ("What did nora whitlock buy?", [{NORA, NORA_AT_WORK}]),
        ("What did nw buy?", []),
        ("What did Ben buy?", [{BEN}]),
        ("what did ben buy?", [{BEN}]),
        ("What did Anna buy?", [{ANNA, OTHER_ANNA}]),
        ("What did Anna Smith buy?", [{ANNA}]),
        ("What did Ben tell me?", [{BEN}]),
        ("What did Ben sell you?", [{BEN}, {NORA, NORA_AT_WORK}]),
        ("What will the weather be?", []),
        ("Will the boat sink?", []),
        ("When did Will sink?", [{WILL}]),
        ("Who bought the boat?", []),
        ("Where does one work or get mail?", []),
        ("When did Carla Work leave?", [{CARLA}]),
        ("when did carla leave?", [{CARLA}]),
    ],
)
def test_a_question_names_persons_and_you_is_the_owner(question: str, persons: list[set[int]]) -> None:
    assert meant(question) == persons


def test_names_are_no_search_words_unless_there_are_no_others() -> None:
    assert list(read("What did Ben sell?").terms) == ["sell"]
    assert list(read("Who is Ben?").terms) == ["ben"]


def test_only_one_named_person_is_the_one_meant() -> None:
    assert read("What did Ben sell?").naming.only == {BEN}
    assert read("What did Ben sell you?").naming.only == frozenset()


@pytest.mark.parametrize(
    ("question", "mentions"),
    [
        ("What happened in May 2023?", [DateMention(2023, 5)]),
        ("in may", [DateMention(None, 5)]),
        ("May I come in?", []),
        ("Did they march on?", []),
        ("on 8 May 2023", [DateMention(2023, 5, 8)]),
        ("on the 8th of May, 2023", [DateMention(2023, 5, 8)]),
        ("on May 8th", [DateMention(None, 5, 8)]),
        ("on Dec. 24, 2018", [DateMention(2018, 12, 24)]),
        ("on 2023-05-08", [DateMention(2023, 5, 8)]),
        ("on 3/4/2021", [DateMention(2021, 4, 3), DateMention(2021, 3, 4)]),
        ("on 25.12.2020", [DateMention(2020, 12, 25)]),
        ("am 3. März 2020", [DateMention(2020, 3, 3)]),
        ("el 5 de enero de 2019", [DateMention(2019, 1, 5)]),
        ("le 1er août 2022", [DateMention(2022, 8, 1)]),
        ("back in 1999 or 2004", [DateMention(1999), DateMention(2004)]),
        ("on 31 February 2020", [DateMention(2020, 2)]),
        ("room 20231", []),
        ("for 1999.50 euros", []),
    ],
)
def test_dates_are_read_as_people_write_them(question: str, mentions: list[DateMention]) -> None:
    assert list(dates_in(question).mentions) == mentions


@pytest.mark.parametrize(
    ("mention", "said", "matches"),
    [
        (DateMention(2023, 5, 8), "2023-05-11", True),
        (DateMention(2023, 5, 8), "2023-05-12", False),
        (DateMention(None, 1, 1), "2022-12-30", True),
        (DateMention(2023, 5), "2023-05-31", True),
        (DateMention(2023, 5), "2022-05-31", False),
        (DateMention(None, 5), "2019-05-01", True),
        (DateMention(2023), "2023-12-31", True),
    ],
)
def test_a_named_day_matches_within_three_days_and_a_month_or_year_exactly(
    mention: DateMention, said: str, matches: bool
) -> None:
    at = datetime.fromisoformat(said).replace(tzinfo=UTC)
    assert mention.matches(at, "day") is matches
    assert not mention.matches(at, "none")
    assert not mention.matches(None, "none")
    span = mention.span()
    if mention.year is not None:
        assert span is not None
        assert (span[0] <= at < span[1]) is matches


def test_a_pasted_page_is_cut_to_the_first_terms() -> None:
    assert len(read(" ".join(f"word{n}" for n in range(5000))).terms) == MOST_TERMS
