"""From a path to the archive: finds the importer, writes what it yields, and says what came of it.

A source is stored in pieces of `PIECE` records: the archive holds all of a smaller one or is as it was, and
of a larger one whole pieces; importing that again goes on with it. What could not be read is counted by
reason and named, never swallowed, and a source in which nothing could be read is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, get_args

from afterself.archive.drafts import (
    Again,
    AttachmentState,
    Kind,
    OwnerHint,
    Precision,
    Problem,
    RecordDraft,
    SpanKind,
    ThreadDraft,
    Yielded,
)
from afterself.archive.store import Archive, ImportRun
from afterself.errors import AfterselfError, SourceError
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.contract import Importer, Options
from afterself.importers.languages import identify_owner
from afterself.importers.owner_names import require_owner, require_writer
from afterself.importers.pictured import with_pictures
from afterself.importers.plugin_importer import PluginImporter
from afterself.importers.plugins import importers_of
from afterself.importers.registry import Recognised, recognise
from afterself.importers.source_view import SourceView, shown
from afterself.policy import require_consent

PROBLEMS_KEPT = 200
PIECE = 20_000
"""Records that are stored in one transaction. What a kill can cost is reading these again."""

LARGEST_LIST = 256 << 20
"""Bytes of a list of names that is kept beside the messages."""

_KINDS, _PRECISIONS = frozenset(get_args(Kind)), frozenset(get_args(Precision))
_SPAN_KINDS, _STATES = frozenset(get_args(SpanKind)), frozenset(get_args(AttachmentState))


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What came of one source.

    `skipped` counts what did not become a record, by reason; `problems` names the first of them and
    every warning (at most `PROBLEMS_KEPT`). `owner` is empty where it is not known who the owner is;
    `names_not_found` are names given as "me" that nobody bears. `touched_threads` and `touched_people` are
    the archive's numbers of them, so that sources with the same people can be counted together; the owner,
    who may be a contact in each source, is person 0.
    """

    source: str
    formats: tuple[str, ...]
    threads: int
    people: int
    first: datetime | None
    last: datetime | None
    new: int
    same: int
    changed: int
    forgotten: int
    skipped: dict[str, int]
    problems: tuple[Problem, ...]
    owner: tuple[str, ...]
    names_not_found: tuple[str, ...]
    touched_threads: frozenset[int]
    touched_people: frozenset[int]


DENIED = "you said `people not-me` of somebody called as --me says; if it is you: afterself people me NAME"


@dataclass(slots=True)
class _Tally:
    """What is counted over all importers of one source."""

    formats: list[str] = field(default_factory=list)
    threads: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    ownerless: frozenset[int] = frozenset()
    first: datetime | None = None
    last: datetime | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    owner: dict[str, None] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    stored: int = 0
    """Records in pieces that are stored for good."""
    failure: SourceError | None = None
    """Why the last plugin that failed did."""

    def saw(self, said_at: datetime | None) -> None:
        if said_at is not None:
            self.first = said_at if self.first is None else min(self.first, said_at)
            self.last = said_at if self.last is None else max(self.last, said_at)

    def problem(self, problem: Problem) -> None:
        if problem.severity == "skipped":
            self.skipped[problem.why] += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)


def import_path(
    self_: Self,
    path: Path,
    options: Options = Options(),
    progress: Progress | None = None,
    *,
    owner_must_be_there: bool = False,
) -> ImportSummary:
    """Import a file, folder or zip. SourceError (nothing stored) if it cannot be read or holds nothing."""
    require_consent(self_, "archive")
    with SourceView.at(path) as source:
        return import_source(self_, source, options, progress, owner_must_be_there=owner_must_be_there)


def import_source(
    self_: Self,
    source: SourceView,
    options: Options = Options(),
    progress: Progress | None = None,
    *,
    recognised: Sequence[Recognised] | None = None,
    owner_must_be_there: bool = False,
) -> ImportSummary:
    """Import an open source with every importer that recognises members of it.

    With `recognised` only these are asked, each about the view that it holds. SourceError if it cannot be
    read; its remedy says how many records are stored nevertheless, if it is a large one. With
    `owner_must_be_there` OwnerNotFound if nobody bears the names given as "me", and there is an importer to
    which nothing else says who of the people the owner is.
    """
    require_consent(self_, "archive")
    if recognised is None:
        recognised = recognise(source, importers_of(self_))
        if len(source.names()) == 1:
            recognised = recognised[:1]  # one file has one format: the surest
    progress = progress or Progress()
    progress.start("import", unit="records")
    tally = _Tally()
    with Archive.writing(self_) as archive:
        try:
            with archive.transaction():
                for one in recognised:
                    run = _run_apart if isinstance(one.importer, PluginImporter) else _run
                    tally = run(archive, one, options, tally, progress)
                _refuse_nothing(source, tally)
                if owner_must_be_there and not tally.found:
                    if tally.ownerless:
                        require_owner(archive, source.outer_name, options, tally.ownerless)
                    require_writer(archive, source.outer_name, options, tally.problems)
                if tally.stored:
                    archive.keep()  # of a large source, too, the end is stored before its words are looked at
                identify_owner(archive)
        except SourceError as error:
            if not tally.stored:
                raise
            kept = f"{tally.stored:,} records are stored already; importing it again goes on after them."
            message = error.message.removesuffix(" Nothing of it was stored.")
            raise type(error)(message, remedy=f"{kept} {error.remedy or ''}".strip()) from error
        finally:
            archive.sweep()
    progress.finish()
    self_.audit(
        "imported", formats=tally.formats, **{name: tally.outcomes[name] for name in sorted(tally.outcomes)}
    )
    return _summary(source, options, tally)


def _run_apart(
    archive: Archive, recognised: Recognised, options: Options, tally: _Tally, progress: Progress
) -> _Tally:
    """Read with an importer that may fail: then its members are told as skipped, and the others are read."""
    with_it = deepcopy(tally)
    try:
        with archive.apart():
            return _run(archive, recognised, options, with_it, progress)
    except SourceError as error:
        stored, tally.stored = with_it.stored - tally.stored, with_it.stored
        tally.failure = error
        why = f"the {error.message.removeprefix('The ').removesuffix('.')}"
        why += f"; {stored:,} records that it gave before are stored" if stored else ""
        for member in recognised.detection.members:
            tally.problem(Problem("skipped", shown(member), why))
        return tally


def _run(
    archive: Archive, recognised: Recognised, options: Options, tally: _Tally, progress: Progress
) -> _Tally:
    tally.formats.append(recognised.detection.format)
    importer, source = recognised.importer, recognised.source
    run = archive.begin_import(
        importer.source,
        importer=importer.name,
        version=importer.version,
        outer_name=source.outer_name,
        options=asdict(options),
        me=options.me,
        size=sum(source.size(name) for name in source.names()),
    )
    if run.scouting:  # what another export wrote otherwise must be known before anything is stored
        run.scout(
            item
            for item in yields(importer, source, options)
            if isinstance(item, RecordDraft) and misfit(item) is None
        )
    blobs = _Blobs(archive, run, source, tally)
    piece = 0
    for item in yields(importer, source, options):
        if isinstance(item, RecordDraft):
            why = misfit(item)
            if why is not None:
                tally.problem(Problem("skipped", item.locator.member, why))
                continue
            blobs.raw.add(item.locator.member)
            outcome = run.put_record(with_pictures(source, item), blobs.of)
            if outcome != "forgotten":
                tally.saw(item.said_at)
            progress.advance()
            piece += outcome in ("new", "changed")
            if piece == PIECE:
                archive.keep(run)
                tally.stored, piece = tally.stored + piece, 0
        elif isinstance(item, ThreadDraft):
            run.upsert_thread(item)
        elif isinstance(item, Again):
            run.seen_again(item)
        elif isinstance(item, OwnerHint):
            if not item.inferred:
                run.authorship.hint(item.person)
            elif not options.me and not run.authorship.owners:
                run.authorship.hint(item.person)
                tally.problem(Problem("warning", shown(source.outer_name), item.why))
        else:
            tally.problem(item)
    for member, minutes in run.shifted.items():
        tally.problem(Problem("warning", member, _shift(minutes)))
    blobs.keep_late()
    blobs.keep_lists(recognised.detection.lists)
    archive.cut_forgotten(run)
    run.finish_import()
    tally.outcomes.update(run.counts)
    _count_people(run, source, options, tally)
    return tally


def _count_people(run: ImportRun, source: SourceView, options: Options, tally: _Tally) -> None:
    """Who occurs in what one importer read, and who of them is the owner."""
    tally.threads |= run.threads
    people = run.authorship.people
    owners = run.authorship.owners
    tally.people |= people
    tally.ownerless |= people if not owners else frozenset()
    tally.owner.update(dict.fromkeys(owners))
    tally.found.update(set(options.me) - set(run.authorship.names_not_found))
    if run.authorship.denied:
        tally.problem(Problem("warning", shown(source.outer_name), DENIED))


def _shift(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    told = f"{hours} h" + (f" {rest} min" if rest else "")
    side = "ahead of" if minutes > 0 else "behind"
    return f"its clock is {told} {side} an earlier export's of the same chat: times were set to that one"


def yields(importer: Importer, source: SourceView, options: Options) -> Iterator[Yielded]:
    """What an importer yields; its own faults are told as SourceError, without the text they choked on."""
    try:
        yield from importer.open(source, options)
    except AfterselfError:
        raise
    except Exception as error:
        # The error's own message may quote the text it choked on: only its type is told.
        raise SourceError(
            f"The importer “{importer.name}” {importer.version} failed ({type(error).__name__}) "
            f"on “{source.outer_name}”. Nothing of it was stored.",
            remedy="This is a fault of the importer: please report it, without your data.",
        ) from error


class _Blobs:
    """Stores members of the source as blobs when something new first points at them.

    Where something was forgotten, the `raw` members (not attachments) wait for the import's end.
    """

    def __init__(self, archive: Archive, run: ImportRun, source: SourceView, tally: _Tally) -> None:
        self._archive, self._run, self._source, self._tally = archive, run, source, tally
        self._stored: dict[str, int | None] = {}
        self._late = archive.forgot
        self.raw: set[str] = set()

    def of(self, member: str) -> int | None:
        """The blob of a member; None if it waits, or, with a warning, if its bytes cannot be read."""
        if self._late and member in self.raw:
            return None
        if member not in self._stored:
            self._stored[member] = self._kept(member, self._archive.store_member)
        return self._stored[member]

    def keep_late(self) -> None:
        """Store what waited."""
        for member in sorted(self.raw) if self._late else ():
            self._kept(member, self._archive.keep_raw)

    def keep_lists(self, members: Sequence[str]) -> None:
        """Store what holds no record but is needed to read the others again, if anything came in."""
        if not self._run.counts["new"] and not self._run.counts["changed"]:
            return
        lists = {name for name in members if self._source.size(name) <= LARGEST_LIST} - self.raw
        kept = [name for name in sorted(lists) if self._kept(name, self._archive.store_member)]
        if kept:
            self._archive.note_beside(self._run, kept)

    def _kept(self, member: str, keep: Callable[[ImportRun, str, BinaryIO], int | None]) -> int | None:
        try:
            with self._source.open(member) as stream:
                return keep(self._run, member, stream)
        except SourceError:
            self._tally.problem(Problem("warning", member, "its raw bytes could not be kept"))
            return None


def misfit(draft: RecordDraft) -> str | None:
    """Why a draft is no record that can be stored, or None: what importers must keep to."""
    if draft.said_at is not None and draft.said_at.tzinfo is None:
        return "its time has no zone"
    if draft.kind not in _KINDS or draft.precision not in _PRECISIONS:
        return "its kind or precision is unknown"
    if any(
        span.kind not in _SPAN_KINDS or not 0 <= span.start < span.end <= len(draft.text)
        for span in draft.spans
    ):
        return "its spans do not fit its text"
    if any(one.state not in _STATES for one in draft.attachments):
        return "its attachment has an unknown state"
    return None


def _refuse_nothing(source: SourceView, tally: _Tally) -> None:
    if tally.outcomes.total():
        return
    if tally.failure is not None:
        raise tally.failure
    reasons = "; ".join(f"{count} × {why}" for why, count in tally.skipped.most_common(5))
    raise SourceError(
        f"“{source.outer_name}” was read as {', '.join(tally.formats)}, but it gave not one record"
        + (f" ({reasons})." if reasons else "."),
        remedy="Check that it is the whole export. Nothing was stored.",
    )


def _summary(source: SourceView, options: Options, tally: _Tally) -> ImportSummary:
    return ImportSummary(
        source=source.outer_name,
        formats=tuple(tally.formats),
        threads=len(tally.threads),
        people=len(tally.people),
        first=tally.first,
        last=tally.last,
        new=tally.outcomes["new"],
        same=tally.outcomes["same"],
        changed=tally.outcomes["changed"],
        forgotten=tally.outcomes["forgotten"],
        skipped=dict(tally.skipped),
        problems=tuple(tally.problems),
        owner=tuple(tally.owner),
        touched_threads=tally.threads,
        touched_people=tally.people,
        names_not_found=tuple(name for name in options.me if name.strip() and name not in tally.found),
    )
