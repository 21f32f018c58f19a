"""An answer's hits -> whether the owner answers at all, and if not, why: four honest ways of not answering.

    never     nobody recorded anything about it
    other     somebody else said it: who, and when
    after     it is later than the last thing that is known
    software  it is asked of the program, not of the owner (“Are you a real person?”)

`Memory` ranks; nothing is searched here. The constants were chosen on the invented chats of
tests/memory/dev and on the dev half of benchmarks/claims (benchmarks/declining.py measures both, and the
half that was not looked at).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from afterself.archive.drafts import TOLD_SOURCE
from afterself.memory.asked_of_software import asks_what_it_is
from afterself.memory.dates import dates_in
from afterself.memory.words import ends_in_a_question, language_of, words_of

if TYPE_CHECKING:
    from afterself.memory.ask import Answer, Hit
    from afterself.policy.view import View

Reason = Literal["never", "other", "after", "software"]

LEAD, ASKED, NAMED, EVEN = 0.2, 1.34, -1.02, 0.64
"""What speaks for the owner, in log-odds: a lead of one in ranker scores, being asked (“you”), that the
person who is named says something about it, and nothing of all this."""
OWN_FROM = 0.6
PAUSE = timedelta(days=30)
"""So long after the last record “yesterday” is no day that anything is known of."""
_NOWADAYS = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|last night|right now|at the moment|these days|nowadays"
    r"|this (?:morning|afternoon|evening|week|week ?end|month|year)|next (?:week|week ?end|month|year)"
    r"|gestern|heute|morgen|ayer|hoy|mañana|hier|aujourd'hui|demain)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Declined:
    """Why the owner does not answer. `who` and `said_at` are those of `by`, the other's record; `last` is the
    time of the last record known."""

    reason: Reason
    by: Hit | None = None
    last: datetime | None = None

    @property
    def who(self) -> str:
        """Who said it instead; "" where nobody did."""
        return self.by.author if self.by is not None else ""


def last_known(view: View) -> datetime | None:
    """When the last record was said that a view sees (aware UTC), but for what was told to the self."""
    exports = [thread for thread in view.threads() if thread.source != TOLD_SOURCE]
    return max((thread.last for thread in exports if thread.last is not None), default=None)


def declined(answer: Answer, last: datetime | None, now: datetime | None = None) -> Declined | None:
    """Why the owner has no answer, or None if they have one. `last` is of `last_known`, `now` aware UTC."""
    if asks_what_it_is(answer.question):
        return Declined("software", last=last)
    if last is not None and asks_after(answer.question, last, now or datetime.now(UTC)):
        return Declined("after", last=last)
    if not answer.recorded:
        return Declined("never", last=last)
    theirs = [hit for hit in answer.hits if not hit.is_owner and not hit.quoted]
    if theirs and owner_answers(answer) < OWN_FROM:
        return Declined("other", by=theirs[0], last=last)
    return None


def sure(answer: Answer, last: datetime | None, now: datetime | None = None) -> float:
    """How sure it is, from 0 to 1, that the owner said what answers: what `declined` decides by."""
    if asks_what_it_is(answer.question):
        return 0.0
    if last is not None and asks_after(answer.question, last, now or datetime.now(UTC)):
        return 0.0
    return answer.answerable * owner_answers(answer)


def owner_answers(answer: Answer) -> float:
    """How far it speaks for the owner, from 0 to 1, that they are asked and that their best record leads.

    What others only ask is no answer of theirs.
    """
    best = {True: 0.0, False: 0.0}
    for hit in answer.hits:
        if hit.own or not ends_in_a_question(hit.text):
            best[hit.own] = max(best[hit.own], hit.score)
    words = words_of(answer.question)
    asked = not language_of(words).you.isdisjoint(words)
    named = any(hit.by_named and not hit.is_owner for hit in answer.hits)
    odds = EVEN + LEAD * (best[True] - best[False]) + ASKED * asked + NAMED * named
    return 1 / (1 + math.exp(-odds))


def asks_after(question: str, last: datetime, now: datetime) -> bool:
    """Whether a question is about a time after the last record: a date, or “yesterday” long after it."""
    dates = dates_in(question)
    for mention in dates.mentions:
        span = mention.span()
        if span is not None and span[0] > last:
            return True
    for season in dates.spans:  # “winter 2024” may mean that year's first months
        if season.since > last and (season.since.month != 12 or season.since.year > last.year):
            return True
    return now - last > PAUSE and _NOWADAYS.search(question) is not None
