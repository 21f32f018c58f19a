"""Paragraphs of Boswell's Life of Johnson -> who said what, in scenes, and Johnson's letters.

A scene is what Boswell tells of one occasion. Labelled turns (JOHNSON. '…' BOSWELL. '…') and quotes in
the narration are speech; the narration around them stays as context. The year comes from the headings
(1763: AETAT. 54.]--), the day where he names one. Who speaks in a quote is found by `speakers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from afterself.demo.speakers import BOSWELL, JOHNSON, asides_out, full_name, speaker_of

NARRATION = "Boswell, narrating"
_HEADING = re.compile(
    r"^(1[67]\d\d)\s*(?:[:.;,]\s*A?E?TAT\.?\s*\d+\.?\s*)?\]\s*(?:--)?\s*|^(1[67]\d\d): AETAT\. \d+\.\s*"
)
_TITLE = r"(?:MR|MRS|MISS|DR|SIR|LORD|LADY|GENERAL|THE|REV|COLONEL|CAPTAIN|BISHOP)"
_LABEL = re.compile(
    rf"(?<![\w'])(?P<who>(?:{_TITLE}\.?\s+)*[A-Z]{{3,}}(?:[ -][A-Z]{{3,}}){{0,2}})"
    r"(?P<aside>[.,:]?\s*\([^()]{1,90}\)[.,:]?)?(?P<stop>[.:,])?\s+(?P<quote>'?)(?=[\"(A-Z0-9])"
)
_OPENING = re.compile(r"(?<![\w.,;:!?)'])'(?=[\"(A-Za-z])")
_CLOSING = re.compile(r"(?<=[.,;:!?)\"-])'(?=$|[\s,.;:)\]-])|(?<=\w)'(?=$|[.;:)]|\s+\()")
_LETTER = re.compile(r"^'?(?:[A-Z][A-Z. ]*? )?TO (?P<to>(?:THE |MR|MRS|MISS|DR|SIR|LORD|LADY|[A-Z]{3,}).*)$")
_BY = re.compile(r"^'?(?:[A-Z]\w*\.? )?(?P<by>[A-Z][A-Z. ]{3,40})\.?'?$")
_LETTER_DATE = re.compile(
    r"^'?(?:[A-Z][\w', .-]{0,40}?,? ?)?(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2}), ?"
    r"(?P<year>1[67]\d\d)\.?'?$"
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAY = re.compile(
    rf"\b(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day,? (?:the )?(?P<month>{'|'.join(_MONTHS)}) "
    rf"(?P<day>\d{{1,2}})"
    rf"|\b(?P<month2>{'|'.join(_MONTHS)}) (?P<day2>\d{{1,2}}), (?P<year2>17\d\d)"
)
_ELSEWHEN = re.compile(
    r"^(?:Next|Another|One (?:day|evening|morning|night)|At another|At (?:this|a later) time|"
    r"Some (?:time|days)|About this|In (?:the|this)|This (?:year|season)|Soon after|Upon another|"
    r"On (?:another|one)|A few|Early|The following|He this year)\b"
)
LONGEST_LETTER = 60
"""Paragraphs after which a letter that nobody signs is given up."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One turn: of a scene or a letter, by whom, on which day if Boswell says so."""

    scene: int
    author: str
    text: str
    kind: str
    year: int | None
    day: date | None
    to: str | None = None


@dataclass(slots=True)
class _When:
    year: int | None = None
    day: date | None = None


def spoken(paragraphs: Sequence[str]) -> list[Spoken]:
    """Every turn of the book in order; empty if it is no book in Boswell's manner."""
    return _Reading(paragraphs).turns


def is_boswell(paragraphs: Sequence[str]) -> bool:
    """Whether this is the Life of Johnson: its headings and its labelled dialogue."""
    labels = sum(paragraph.count("JOHNSON. '") for paragraph in paragraphs)
    return labels >= 3 and any(_HEADING.match(paragraph) for paragraph in paragraphs)


class _Reading:
    """One pass over the paragraphs, knowing year, day and scene."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self.turns: list[Spoken] = []
        self._when = _When()
        self._scene = 0
        self._open = False
        self._to = ""
        self._labels = _labels(paragraphs)
        at = 0
        while at < len(paragraphs):
            letter = self._letter(paragraphs, at)
            if letter:
                at = letter
            else:
                self._paragraph(paragraphs[at])
                at += 1

    # -- scenes ---------------------------------------------------------------------------

    def _paragraph(self, paragraph: str) -> None:
        heading = _HEADING.match(paragraph)
        if heading:
            self._when = _When(int(heading[1] or heading[2]))
            paragraph = paragraph[heading.end() :]
        if self._when.year is None:
            return  # preface, introduction, dedication
        told = _DAY.search(paragraph)
        if heading or told or _ELSEWHEN.match(paragraph):
            self._scene += 1
            if not told:
                self._when.day = None
        if self._open and paragraph.startswith("'"):
            paragraph = self._go_on(paragraph)
        else:
            self._open = False
        pieces = list(self._pieces(paragraph))
        if any(author != NARRATION for author, _ in pieces):
            for author, text in pieces:
                self._add(author, text)

    def _go_on(self, paragraph: str) -> str:
        """Speech that goes on in a new paragraph, as an unclosed quote does; gives what follows it."""
        end, after = self._end(paragraph, 1)
        last = self.turns[-1]
        self.turns[-1] = replace(last, text=f"{last.text}\n{asides_out(paragraph[1:end])}")
        return paragraph[after:].strip()

    def _add(self, author: str, text: str, kind: str = "") -> None:
        kind = kind or ("note" if author == NARRATION else "utterance")
        self.turns.append(Spoken(self._scene, author, text, kind, self._when.year, self._when.day))

    def _pieces(self, paragraph: str) -> Iterator[tuple[str, str]]:
        """(author, text) of a paragraph in order; days that the narration names are taken in on the way."""
        told = 0
        for start, end, author, text in self._quotes(paragraph):
            before = paragraph[told:start].strip(" -")
            if told == 0 or len(before) > 2:
                self._days(before)
                if len(before) > 2:
                    yield NARRATION, before
            yield author, text
            told = end
        after = paragraph[told:].strip(" -'")
        self._days(after)
        if told and len(after) > 40:
            yield NARRATION, after

    def _days(self, text: str) -> None:
        for found in _DAY.finditer(text):
            year = int(found["year2"] or 0) or self._when.year
            day = _date(year, found["month"] or found["month2"], found["day"] or found["day2"])
            if day is not None:
                self._when.day = day

    def _quotes(self, paragraph: str) -> Iterator[tuple[int, int, str, str]]:
        """(start, end, author, text) of everything said in a paragraph."""
        at = 0
        while True:
            label, opening = self._label(paragraph, at), _OPENING.search(paragraph, at)
            if label is None and opening is None:
                return
            if label is not None and (opening is None or label.end() - 1 <= opening.end()):
                begin, author = label.end(), full_name(label["who"])
            elif opening is not None:
                begin, author = opening.end(), ""
            end, after = self._end(paragraph, begin)
            said = paragraph[begin:end]
            if label is not None and author:
                yield label.start(), after, author, asides_out(said)
            elif opening is not None:
                whole = opening.start() == 0 and not paragraph[after:].strip(" -")
                author = speaker_of(paragraph[: opening.start()], said) or (JOHNSON if whole else "")
                if author and len(said.split()) > 1:
                    yield opening.start(), after, author, asides_out(said)
            at = after

    def _label(self, paragraph: str, at: int) -> re.Match[str] | None:
        """The next label: capitals with a quote after them, or known ones that lost theirs."""
        for found in _LABEL.finditer(paragraph, at):
            if (found["quote"] and (found["stop"] or found["aside"])) or (
                found["stop"] == "." and found["who"] in self._labels
            ):
                return found
        return None

    def _end(self, paragraph: str, begin: int) -> tuple[int, int]:
        """Where speech ends and where to read on: at its closing quote, the next label, or the end."""
        close, label = _CLOSING.search(paragraph, begin), self._label(paragraph, begin)
        self._open = False
        if close is not None and (label is None or close.start() <= label.start()):
            return close.start(), close.end()
        if label is not None:
            return label.start(), label.start()
        self._open = True
        return len(paragraph), len(paragraph)

    # -- letters --------------------------------------------------------------------------

    def _letter(self, paragraphs: Sequence[str], at: int) -> int:
        """Read the letter that begins here, if one does; gives the paragraph after it, else 0."""
        head = _LETTER.match(paragraphs[at])
        if head is None or self._when.year is None or not _shouted(paragraphs[at]):
            return 0
        end = next(
            (n for n in range(at + 1, min(len(paragraphs), at + LONGEST_LETTER)) if _signed(paragraphs[n])), 0
        )
        if not end:
            return 0
        self._scene += 1
        self._when.day, self._open = None, False
        body = list[str]()
        for paragraph in paragraphs[at + 1 : end]:
            dated = _LETTER_DATE.match(paragraph)
            if dated:
                self._when.day = _date(int(dated["year"]), dated["month"], dated["day"])
            else:
                body.append(paragraph.strip("'").strip())
        if body and "JOHNSON" in paragraphs[end]:
            to = head["to"].strip(" .'").split(",")[0].title()
            self._to = to = self._to if to == "The Same" and self._to else to
            text = "\n".join(part for part in body if part)
            self.turns.append(Spoken(self._scene, JOHNSON, text, "mail", self._when.year, self._when.day, to))
        self._scene += 1
        self._when.day = None
        return end + 1


def _shouted(line: str) -> bool:
    """Whether a line is set in capitals, as the heads of letters are."""
    letters = [c for c in line if c.isalpha()]
    return len(letters) > 3 and sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _signed(line: str) -> bool:
    return _BY.match(line) is not None and _shouted(line) and " TO " not in line


def _labels(paragraphs: Sequence[str]) -> frozenset[str]:
    """Labels that stand somewhere with their quote: known when it is missing elsewhere."""
    found = (m for paragraph in paragraphs for m in _LABEL.finditer(paragraph))
    return frozenset(m["who"] for m in found if m["quote"] and m["stop"] == ".")


def _date(year: int | None, month: str, day: str) -> date | None:
    """The day, or None for one that the calendar does not have."""
    known = [name for name in _MONTHS if name.startswith(month.rstrip(".")[:3])]
    try:
        return date(year or 0, _MONTHS.index(known[0]) + 1, int(day))
    except (ValueError, IndexError):
        return None


__all__ = ["BOSWELL", "JOHNSON", "NARRATION", "Spoken", "is_boswell", "spoken"]
