"""What somebody only quoted or forwarded is never told as theirs: by no answer, timeline or citation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from afterself.archive.drafts import Person, Span, ThreadDraft
from afterself.home.folder import Self
from afterself.memory import Memory, own_words_first
from afterself.memory.declining import declined, last_known
from afterself.memory.timeline import months, told_of
from afterself.memory.topics import said_in
from afterself.persona.grounding import Grounding
from afterself.policy import View, open_view

THANKS, MOVED = "Thank you, lovely to read.\n", "> I moved to Kiel in 1953 and married there.\n"
RIGHT, BROKE = "Quite right!\n", "> I broke my leg in 1944 on the ice.\n"
BORN = "I was born in Oslo in 1931, in the middle of a long and bitter winter night."


@pytest.fixture
def mails(fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]) -> Iterator[View]:
    """Anna quotes Ruth and forwards her, Ruth quotes Anna; what was quoted is not in the archive itself."""

    def mail(text: str, author: str, day: int, quoted: str = "", **more: Any) -> Any:
        spans = (Span(len(text), len(text + quoted), "quoted"),) if quoted else ()
        return said(text + quoted, author, f"2001-01-{day:02}T10:00", kind="mail", spans=spans, **more)

    store(
        ThreadDraft("t", "Mail", "mail", (Person("Anna", "Anna"), Person("Ruth", "Ruth"))),
        mail(THANKS, "Anna", 2, MOVED),
        mail(BORN, "Anna", 3, forwarded_from="Ruth"),
        mail(RIGHT, "Ruth", 4, BROKE),
        me=["Anna"],
    )
    with open_view(fresh_self, "quote") as view:
        yield view


def test_a_timeline_holds_no_sentence_that_somebody_else_said(mails: View) -> None:
    assert told_of(mails) == []
    (month,) = months(mails)
    assert month.quote is not None and month.quote.text == THANKS.strip()


def test_an_answer_marks_what_the_owner_only_quoted_and_does_not_tell_it_as_theirs(mails: View) -> None:
    memory = Memory(mails)
    for question, text in (("When did you move to Kiel?", THANKS + MOVED), ("Were you born in Oslo?", BORN)):
        hit = next(hit for hit in memory.ask(question).hits if hit.text == text)
        assert hit.is_owner and hit.quoted and not (hit.own or hit.by_named)
    thanks = next(hit for hit in memory.ask("What was lovely to read?").hits if hit.text == THANKS + MOVED)
    assert thanks.own and own_words_first([thanks]) == [thanks]
    why = declined(memory.ask("When did you move to Kiel?"), last_known(mails))
    assert why is None or why.by is None


def test_a_topic_is_made_of_what_its_people_said_themselves(mails: View) -> None:
    assert [said_in(record) for record in mails.records()] == [THANKS.strip(), "", RIGHT.strip()]


def test_a_generated_sentence_never_rests_on_what_the_record_s_author_only_quoted(mails: View) -> None:
    grounding = Grounding(mails, Memory(mails))
    for sentence in ("I moved to Kiel in 1953 and married there.", BORN):
        (checked,) = grounding.check((sentence,))
        assert checked.by is None
