"""Records -> what was spoken of in each year: words that set it apart, how much of it there was, quotes.

Extractive: the words are those of the records, and a quote stands so in the record with its id. A word is
telling of a period if more of its sittings hold it than those before and after (`log_odds`); words of
the same sittings are one topic. The view is read twice, and nothing is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from afterself.memory.embedding import static_embedder
from afterself.memory.excerpt import excerpt
from afterself.memory.filters import EVERYTHING, Filters
from afterself.memory.log_odds import TELLING, log_odds
from afterself.memory.recall import is_said
from afterself.memory.terms import stems_in
from afterself.memory.topic_places import Places, Sitting

if TYPE_CHECKING:
    from afterself.policy.view import View, ViewRecord

CANDIDATES = 40  # words of a period that its topics are made of
FEWEST = 3  # sittings that hold such a word
GENERAL = 300  # stems that everybody's talk is full of: they must tell GENERAL_BAR times as clearly
GENERAL_BAR = 2.0
LEAST = 20  # records of a period that anything is said of
QUOTES = 2
QUOTED = 240  # characters


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a record, as it stands there; `before` and `after`: something of it was left out."""

    text: str
    before: bool
    after: bool
    id: str
    author: str
    said_at: datetime | None
    thread_title: str


@dataclass(frozen=True, slots=True)
class Topic:
    """What a period is about: words, in how many records of each period any stands, and examples."""

    words: tuple[str, ...]
    records: tuple[int, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """One year, quarter or month (2019, 2019-Q2, 2019-04), how many records it has, and its topics."""

    when: str
    records: int
    topics: tuple[Topic, ...]


def topics_of(view: View, filters: Filters = EVERYTHING) -> list[Period]:
    """The periods in order, each with a few topics; of a short stretch quarters or months.

    Read are the words of those whom the filters name, else the owner's own, else, if nobody is the
    owner, everybody's.
    """
    if filters.people is None and any(one.is_owner for one in view.people()):
        filters = replace(filters, own=True)
    months = _months(view, filters)
    records, held = Counter[str](), defaultdict[str, Counter[str]](Counter)
    seen: set[str] = set()
    sitting = None
    for record, when in _dated(view, filters, months):
        records[when] += 1
        if sitting != (sitting := sitting_of(record)):
            seen = set()
        new = {stem for stem in stems_in(said_in(record)) if stem} - seen
        held[when].update(new)
        seen |= new
    whens = sorted(when for when in records if records[when] >= LEAST)
    places = Places(telling_stems({when: held[when] for when in whens}))
    for record, when in _dated(view, filters, months):
        places.see(record.id, sitting_of(record), said_in(record), when)
    return [
        Period(
            when,
            records[when],
            tuple(_topic(view, places, stems, when, whens) for stems in places.topics(when)),
        )
        for when in whens
    ]


def _topic(view: View, places: Places, stems: tuple[str, ...], when: str, whens: list[str]) -> Topic:
    counts = places.counts(stems)
    ids = places.examples(stems, when)
    words = places.shown(stems, when)
    return Topic(words, tuple(counts[each] for each in whens), quotes_of(view, ids, " ".join(words)))


def quotes_of(view: View, ids: list[str], words: str, most: int = QUOTES) -> tuple[Quote, ...]:
    """At most `most` of these records: the longest that can be shown whole, in the order of time."""
    records = list(view.many(ids).values())
    length = {record.id: len(said_in(record)) for record in records}
    chosen = sorted(records, key=lambda r: (length[r.id] > QUOTED, -min(length[r.id], QUOTED), r.id))[:most]
    return tuple(
        quote(record, words) for record in sorted(chosen, key=lambda r: (r.said_at is None, r.said_at, r.id))
    )


def quote(record: ViewRecord, words: str) -> Quote:
    """The stretch of a record that holds these words."""
    part = excerpt(record.text, words, QUOTED, 4)
    return Quote(
        part.text, part.before, part.after, record.id, record.author_name, record.said_at, record.thread_title
    )


def said_in(record: ViewRecord) -> str:
    """What a record's author said in it: nothing that they quoted or pasted."""
    return record.own_text if record.is_owner else record.said


def sitting_of(record: ViewRecord) -> Sitting:
    """The thread and the day: what is said there belongs together."""
    return record.thread, f"{record.said_at:%Y-%m-%d}" if record.said_at else ""


def _months(view: View, filters: Filters) -> int:
    """How many months a period has, so that there are a few of them."""
    threads = view.threads()
    first = min((one.first for one in threads if one.first), default=None)
    last = max((one.last for one in threads if one.last), default=None)
    if first is None or last is None:
        return 12
    span = min(last, filters.until or last) - max(first, filters.since or first)
    return 12 if span > timedelta(days=2 * 366) else 3 if span > timedelta(days=366) else 1


def _when(said_at: datetime, months: int) -> str:
    if months == 12:
        return f"{said_at:%Y}"
    return f"{said_at:%Y}-Q{(said_at.month + 2) // 3}" if months == 3 else f"{said_at:%Y-%m}"


def _dated(view: View, filters: Filters, months: int) -> Iterator[tuple[ViewRecord, str]]:
    """What was said and passes, each saying once, with its period."""
    for record in view.records(thread=filters.thread, since=filters.since, until=filters.until):
        if record.said_at is None or record.same_as is not None or record.precision == "none":
            continue
        if is_said(record) and filters.let(record):
            yield record, _when(record.said_at, months)


def telling_stems(held: dict[str, Counter[str]]) -> dict[str, list[str]]:
    """The stems that set each period apart, the most telling first."""
    all_held = Counter[str]()
    for counts in held.values():
        all_held.update(counts)
    telling = {}
    general = frozenset(static_embedder().words[:GENERAL])
    for when, counts in held.items():
        scores = log_odds(counts, all_held)
        chosen = [
            stem for stem, score in scores.items()
            if counts[stem] >= FEWEST and score >= TELLING * (GENERAL_BAR if stem in general else 1)
        ]  # fmt: skip
        telling[when] = sorted(chosen, key=lambda stem: (-scores[stem], stem))[:CANDIDATES]
    return telling
