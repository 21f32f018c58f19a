"""Candidates and a question -> the order in which records answer it.

A record's score is its BM25 share of the best one's, plus what its neighbours in the
conversation lend (a question lends most of its own to what answers it), plus small credits when
the one person who is named said it and when it is from a date that is named. Plain data in and
out: fetching candidates is the business of `recall`, saying “nothing recorded” of `abstention`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from afterself.memory.bm25 import Statistics, bm25
from afterself.memory.cues import NO_CUES, Cues
from afterself.memory.question import Question

# The plain loans and credits are the recipe that did best in an earlier comparison, on LoCoMo. What questions
# lend and keep was chosen on the invented chats in tests/memory/dev alone, REACH and PER_STEP by judgement.
FROM_PREVIOUS = 0.3
FROM_NEXT = 0.1
FROM_QUESTION = 0.9  # instead of FROM_PREVIOUS, when somebody else asked
ANSWERED_QUESTION_KEEPS = 0.8  # a question that was answered is not itself the answer
REACH = 4  # an answer may come in several messages: so far back a record looks for who lends
_NONE: frozenset[str] = frozenset()
PER_STEP = 0.7  # what is left of the loan at each further message
_KEPT = [PER_STEP**step for step in range(REACH)]
SAID_BY_THE_NAMED = 0.1
FROM_A_NAMED_DATE = 0.2


class Entry(NamedTuple):
    """One record as the ranking sees it.

    `length` counts its content words, whose stems are `content`; `asks` says that it ends in a question;
    `order` breaks ties and must not differ between runs.
    """

    id: str
    stems: list[str]
    length: int
    author: int | None
    said_at: datetime | None
    precision: str
    asks: bool = False
    order: tuple[Any, ...] = ()
    content: tuple[str, ...] = ()
    cues: Cues = NO_CUES


class Ranked(NamedTuple):
    """A record's place in the answer.

    `score` orders; `unattributed` is the score without the credit for who said it. `by_named`: the
    one person who is named said it; `asked_named`: somebody else asked, and the named person spoke
    next; `tells_of_named`: the owner said it and names that person in it, or was asked about them.
    `lexical` is its own BM25 as a share of the best one's. `own` and `near` are the question's terms that
    the record, or only its neighbours, hold.
    """

    id: str
    score: float
    unattributed: float
    by_named: bool
    asked_named: bool
    tells_of_named: bool
    on_date: bool
    own: frozenset[str]
    near: frozenset[str]
    lexical: float = 0.0


def rank(question: Question, neighbours: Neighbourhood, statistics: Statistics) -> list[Ranked]:
    """Order candidates, best first; records that neither they nor their neighbours answer are left out."""
    entries, loans = neighbours.entries, neighbours.loans
    asked_for = frozenset(question.terms)
    idf = {term: statistics.idf(term) for term in question.terms}
    shared = {id: asked_for.intersection(entry.stems) for id, entry in entries.items()}
    lexical = shares_of_best({
        id: bm25(entries[id].stems, entries[id].length, idf, statistics.mean_length) if held else 0.0
        for id, held in shared.items()
    })  # fmt: skip
    answered = {loan.lender for lent in loans.values() for loan in lent if loan.answers}
    only, dated, of_another = question.naming.only, question.dates.any, question.naming.of_another
    asked = {
        loan.lender
        for id, lent in loans.items()
        for loan in lent
        if loan.answers and entries[id].author in only
    }
    ranked = []
    for id, entry in entries.items():
        lent, after, own_terms = loans.get(id, ()), neighbours.next.get(id), shared[id]
        near = shared[after] if after else _NONE
        if lent:
            near = near.union(*[shared[loan.lender] for loan in lent])
        on_date = dated and question.dates.match(entry.said_at, entry.precision)
        if not (own_terms or near or on_date):
            continue
        by_named = entry.author is not None and entry.author in only
        tells = of_another and tells_of_named(
            question, entry, (entries[loan.lender] for loan in lent if loan.answers)
        )
        before = max([loan.share * lexical[loan.lender] for loan in lent]) if lent else 0.0
        own = lexical[id] * (ANSWERED_QUESTION_KEEPS if id in answered else 1.0)
        unattributed = own + before + (FROM_NEXT * lexical[after] if after else 0.0)
        unattributed += FROM_A_NAMED_DATE * on_date
        ranked.append(
            Ranked(
                id=id,
                score=unattributed + SAID_BY_THE_NAMED * (by_named or tells),
                unattributed=unattributed,
                by_named=by_named,
                asked_named=id in asked and not by_named,
                tells_of_named=tells,
                on_date=on_date,
                own=own_terms,
                near=near - own_terms,
                lexical=lexical[id],
            )
        )
    ranked.sort(key=lambda hit: (-hit.score, -hit.lexical, entries[hit.id].order, hit.id))
    return ranked


def tells_of_named(question: Question, entry: Entry, asked: Iterable[Entry] = ()) -> bool:
    """Whether the owner speaks in a record of the one person, not themselves, whom a question names.

    `asked` are the questions that the record answers. What an owner tells of Ruth is as much an answer to
    “When did Ruth die?” as what Ruth says; between people who are no owner it is mostly a mix-up.
    """
    naming = question.naming
    if not naming.of_another or entry.author is None or entry.author not in naming.owner:
        return False
    return any(not naming.stems.isdisjoint(one.stems) for one in (entry, *asked))


class Loan(NamedTuple):
    """What an earlier record lends: the share of its score, and whether the borrower answers it."""

    lender: str
    share: float
    answers: bool


class Neighbourhood:
    """The candidates, who of them stands next to whom, and who lends to whom.

    `links` are pairs of ids (earlier, later) that stand next to each other in one sitting of a conversation;
    pairs with an id that is no candidate are passed over.
    """

    def __init__(self, entries: Mapping[str, Entry], links: Iterable[tuple[str, str]] = ()) -> None:
        known = sorted((a, b) for a, b in set(links) if a in entries and b in entries)
        self.entries = entries
        self.previous = {later: earlier for earlier, later in known}
        self.next = dict(known)
        self.loans = {id: self._lenders(id) for id in self.previous}

    def _lenders(self, id: str) -> list[Loan]:
        """The records before one that lend to it: its own speaker's run of messages and the run before that.

        Where two people take turns message by message, that is the record right before and no other.
        """
        entries, previous = self.entries, self.previous
        borrower = author = entries[id].author
        lenders: list[Loan] = []
        changes = 0
        for kept in _KEPT:
            earlier = previous.get(id)
            if earlier is None:
                break
            lender = entries[earlier]
            changes += lender.author != author
            if changes > 1:
                break
            answers = lender.asks and lender.author != borrower
            lenders.append(Loan(earlier, (FROM_QUESTION if answers else FROM_PREVIOUS) * kept, answers))
            id, author = earlier, lender.author
        return lenders


def shares_of_best(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores as shares of the best one. The least is that of the records that share nothing: zero."""
    best = max(scores.values(), default=0.0)
    return {id: score / best if best > 0 else 0.0 for id, score in scores.items()}
