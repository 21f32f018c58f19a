"""Personal questions over one view: fetches what may answer, and says how well each record's shape does.

What it learns of the archive (who talks with the owner alone, who is what to them, on which day they are
wished a happy birthday) is looked up when a question first needs it, and kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from afterself.memory.personal.addressed import ADDRESSES, Kin, calls
from afterself.memory.personal.asking import Personal, words_to_find
from afterself.memory.personal.shapes import WISHES, straight
from afterself.memory.personal.telling import ANSWERS, Told, fit

if TYPE_CHECKING:
    from afterself.memory.question import Question
    from afterself.memory.recall import Pool
    from afterself.policy.view import View, ViewRecord

FETCHED = 300  # records that are looked at besides, best first
ADDRESSED = 500  # records that tell how people are addressed
BIRTHDAYS = 15  # latest years whose birthday is looked at
MOST_THREADS = 300  # in more of them one day of every year is not looked for
OF_A_DAY = 40
REACH = 3  # messages in a row that answer the same words of somebody else

OF_AGE = frozenset({"i am", "i m", "turned", "you are", "you re"})
AGES = frozenset(
    [*map(str, range(10, 110)), *"twenty thirty forty fifty sixty seventy eighty ninety".split()]
)


def _any(words: frozenset[str]) -> str:
    """A full-text query for any of these words or phrases."""
    return " OR ".join(f'"{word}"' for word in sorted(words))


class Life:
    """What is known of the people of one view, and which records answer a personal question."""

    def __init__(self, view: View, person_of: Mapping[int, int]) -> None:
        self._view, self._person_of = view, person_of

    @cached_property
    def _partners(self) -> dict[str, int]:
        """The contact with whom the owner talks alone, by thread."""
        partners: dict[str, int] = {}
        for thread, people in self._view.overview.participants().items():
            others = {contact for contact, is_owner in people if not is_owner}
            if len(others) == 1 and any(is_owner for _, is_owner in people):
                (partners[thread],) = others
        return partners

    @cached_property
    def _kin(self) -> Kin:
        return Kin(self._matching(ADDRESSES, ADDRESSED), self._partners)

    @cached_property
    def _birthdays(self) -> set[tuple[int, int]]:
        """The days (month, day) on which others most often wished the owner a happy birthday."""
        days: Counter[tuple[int, int]] = Counter()
        for record in self._matching(frozenset({"birthday", "returns"}), FETCHED):
            to_owner = record.thread in self._partners or calls(record.text)
            if (
                record.is_owner is False
                and to_owner
                and record.said_at
                and WISHES.search(straight(record.text))
            ):
                days[record.said_at.month, record.said_at.day] += 1
        most = max(days.values(), default=0)
        return {day for day, count in days.items() if count == most}

    def _matching(self, words: frozenset[str], most: int) -> list[ViewRecord]:
        return self._found(_any(words), most)

    def _found(self, query: str, most: int) -> list[ViewRecord]:
        return self._view.by_rows(self._view.matching(query, most))

    def records(self, asked: Personal) -> list[ViewRecord]:
        """The records that may answer besides those that share the question's words."""
        words = frozenset(words_to_find(asked))
        if asked.kind in ("who", "kin"):
            words |= ADDRESSES
        found = self._matching(words, FETCHED) if words else []
        if asked.kind == "age":
            found += self._found(f"({_any(OF_AGE)}) AND ({_any(AGES)})", FETCHED)
        if asked.kind in ("age", "birthday") and asked.of_owner:
            found += self._of_birthdays()
        return found

    def _of_birthdays(self) -> list[ViewRecord]:
        """What the owner said on their birthdays, the latest years first."""
        last = self._view.retrieval.latest()
        if last is None or len(self._view.overview.participants()) > MOST_THREADS:
            return []
        found: list[ViewRecord] = []
        for month, day in sorted(self._birthdays)[:2]:
            for year in range(last.year, last.year - BIRTHDAYS, -1):
                begins = datetime(year, month, min(day, 28), tzinfo=UTC) + timedelta(days=max(0, day - 28))
                said = self._view.records(since=begins, until=begins + timedelta(days=1))
                found += islice((record for record in said if record.is_owner), OF_A_DAY)
        return found

    def _meant(self, asked: Personal, named: frozenset[int]) -> set[int]:
        """The contacts who are meant: who is named, or is that to the owner."""
        return set(named) | (self._kin.contacts(asked.relations) if asked.relations else set())

    def fits(self, asked: Personal, question: Question, pool: Pool) -> dict[str, float]:
        """How well each candidate that passes answers by its shape, of those that do."""
        named = question.naming.only if asked.name else frozenset[int]()
        meant = self._meant(asked, named - question.naming.owner)
        earlier = {later: pool.records.get(first) for first, later in sorted(pool.links)}
        found = {id: fit(asked, self._told(asked, earlier, pool.records[id], meant)) for id in pool.passing}
        return {id: value for id, value in found.items() if value >= ANSWERS}

    def _told(
        self, asked: Personal, earlier: Mapping[str, ViewRecord | None], record: ViewRecord, meant: set[int]
    ) -> Told:
        """A record as `fit` looks at it; what is not looked at for such a question is not looked up."""
        before = earlier.get(record.id)
        for _ in range(REACH):
            if before is None or before.author != record.author:
                break
            before = earlier.get(before.id)
        else:
            before = None
        partner = self._partners.get(record.thread)
        author = None if record.author is None else self._person_of.get(record.author, record.author)
        said = record.said_at
        of_own_days = asked.kind in ("age", "birthday") and asked.of_owner
        # Of another it tells something how they are addressed only where it is asked who or whose they are.
        by_call = of_own_days or asked.kind in ("who", "kin")
        return Told(
            text=straight(record.own_text if record.is_owner else record.said),
            by_owner=bool(record.is_owner),
            before=straight(before.text) if before is not None else "",
            to_one=partner is not None,
            calls=by_call and not record.is_owner and bool(calls(record.text)),
            partner_is=self._kin.of(partner) if asked.kind == "kin" else "",
            by_meant=author in meant,
            to_meant=partner in meant,
            on_birthday=of_own_days and said is not None and (said.month, said.day) in self._birthdays,
        )
