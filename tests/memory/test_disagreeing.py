"""Only one person's own sentences are held against each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from afterself.archive.drafts import Person, ThreadDraft
from afterself.home.folder import Self
from afterself.memory.disagreeing import disagreeing
from afterself.memory.timeline import told_of
from afterself.policy import open_view


def test_two_people_of_one_name_and_people_unknown_do_not_disagree_with_themselves(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    one, other = Person("ruth.1", "Ruth"), Person("ruth.2", "Ruth")
    sentence = "I was born in {} in the harbour town."
    store(
        ThreadDraft("t", "T", "group", (one, other)),
        said(sentence.format(1931), one, "2001-01-02T10:00"),
        said(sentence.format(1944), other, "2001-01-03T10:00"),
        said(sentence.format(1950), None, "2001-01-04T10:00"),
        said(sentence.format(1955), None, "2001-01-05T10:00"),
        said(sentence.format(1932), one, "2001-01-06T10:00"),
        me=["Anna"],
    )
    with open_view(fresh_self, "quote") as view:
        person_of = {person.identity: person.contact for person in view.people()}
        (pair,) = disagreeing(told_of(view), person_of)
    assert [line.when for line in (pair.later, pair.earlier)] == ["1932", "1931"]
