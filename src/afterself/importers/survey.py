"""What lies in a folder of everything: which exports, how much of what time, and what nobody can read.

A folder such as Downloads holds exports of many kinds, zips among them. Each entry can be imported by itself:
a file, a subfolder, or a zip, which is a source of its own. Counting reads so many records and no more; which
entries are wanted, the person says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice

from afterself.archive.drafts import RecordDraft
from afterself.errors import AfterselfError, HostileSource, SourceError, UnknownFormat
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.contract import Importer, Options
from afterself.importers.documents import DocumentImporter
from afterself.importers.ingest import ImportSummary, import_path, import_source, yields
from afterself.importers.odd_tables import Table, columns_of, map_command, table_of
from afterself.importers.pictured import is_picture
from afterself.importers.pictures import PictureImporter
from afterself.importers.registry import Recognised, recognise
from afterself.importers.source_view import NESTED, SourceView, shown
from afterself.importers.tar_members import is_tar

COUNTED = 20_000
"""Records of an entry that are read to count it."""

LARGEST_TAR = 256 << 20
"""Bytes of a tar in a folder that is looked into; a larger one is imported by itself."""

_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
_COLUMNS_SHOWN = 8

Kept = Mapping[int, Collection[str]]
"""The files that the archive has kept of earlier imports: SHA-256 (hex) by size in bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be imported by itself.

    `records`, `first` and `last` tell of what was counted; `whole` is false where there is more. A document
    counts as one record. `imported`: the archive has every file of it already.
    """

    name: str
    format: str
    files: int
    size: int
    records: int
    whole: bool
    first: datetime | None
    last: datetime | None
    imported: bool
    members: frozenset[str]
    zipped: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """Files that nothing recognises, by what they are, and why; `remedy` is what can be done."""

    what: str
    files: int
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """The entries of a source, in the order of their names, and what is left over."""

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]
    recognised: tuple[Recognised, ...]


def survey(
    source: SourceView,
    options: Options,
    kept: Kept,
    among: Sequence[Importer] | None = None,
    *,
    count: bool = True,
) -> Survey:
    """Look through a source with these importers, by default the built-in ones.

    UnknownFormat if there is nothing to import in it at all.
    """
    unknown: UnknownFormat | None = None
    recognised: list[Recognised] = []
    try:
        recognised = recognise(source, among)
    except UnknownFormat as error:
        unknown = error
    if len(source.names()) == 1:
        recognised = recognised[:1]
    entries = [entry for one in recognised for entry in _entries(one, options, kept, count)]
    read = {name for one in recognised for name in one.detection.members}
    read |= {name.partition(NESTED)[0] for name in read}
    unread: list[Unread] = []
    for name in _zips(source, read):
        found = _zip(source, name, partial(survey, options=options, kept=kept, among=among, count=count))
        if isinstance(found, Entry):
            entries.append(found)
        else:
            unread.append(found)
        read.add(name)
    if unknown is not None and not entries:
        raise unknown
    unread += _leftover(source, [name for name in source.names() if name not in read])
    return Survey(tuple(sorted(entries, key=lambda one: one.name)), tuple(unread), tuple(recognised))


def imports_of(
    self_: Self,
    source: SourceView,
    found: Survey,
    wanted: Collection[Entry],
    options: Options,
    progress: Progress | None = None,
) -> Iterator[tuple[str, Callable[..., ImportSummary]]]:
    """How to import these entries: those of the source itself together, then each zip.

    Gives a name, and what imports it while the source is open (`owner_must_be_there` as in `ingest`).
    """
    left = frozenset[str]().union(
        *(one.members for one in found.entries if one not in wanted and not one.zipped)
    )
    here = [replace(one, source=one.source.without(left)) for one in found.recognised]
    here = [one for one in here if not left.issuperset(_containers(one))]
    if here:
        yield source.outer_name, partial(import_source, self_, source, options, progress, recognised=here)
    for one in wanted:
        if one.zipped and source.path is not None:
            yield one.name, partial(import_path, self_, source.path / one.name, options, progress)


def _containers(one: Recognised) -> set[str]:
    """The members of a source that an importer reads as such, the zips around nested ones."""
    return {name.partition(NESTED)[0] for name in one.detection.members} - set(one.detection.attached)


def _entries(one: Recognised, options: Options, kept: Kept, count: bool) -> Iterator[Entry]:
    """What one importer reads of a source, apart by what lies at its top; single documents are together."""
    documents = isinstance(one.importer, DocumentImporter | PictureImporter)
    groups: dict[str, set[str]] = {}
    for name in sorted(_containers(one)):
        top, inside, _ = name.partition("/")
        groups.setdefault("" if documents and not inside else top, set()).add(name)
    if one.source.kind != "folder":
        groups = {"": set().union(*groups.values())}
    for top, members in groups.items():
        part = one.source.without(set().union(*(g for key, g in groups.items() if key != top)))
        entry = _entry(one, part, members, kept)
        entry = replace(entry, name=top or one.source.outer_name)
        if documents:
            yield replace(entry, records=entry.files, whole=True)
        else:
            yield _counted(entry, one, part, options) if count else entry


def _entry(one: Recognised, source: SourceView, members: Collection[str], kept: Kept) -> Entry:
    size = sum(source.size(name) for name in members)
    inside = one.detection.members
    imported = all(
        _is_kept(source, name, kept) or _is_kept_unpacked(source, name, inside, kept)
        for name in members
        if source.size(name)
    )
    return Entry(
        "", one.detection.format, len(members), size, 0, False, None, None, imported, frozenset(members)
    )


def _is_kept(source: SourceView, name: str, kept: Kept) -> bool:
    hashes = kept.get(source.size(name), ())
    return bool(hashes) and source.sha256(name) in hashes


def _is_kept_unpacked(source: SourceView, outer: str, names: Collection[str], kept: Kept) -> bool:
    """Whether all that is read in a zip is kept: a zip that was imported by itself is kept as its members."""
    inside = [name.removeprefix(outer + NESTED) for name in names if name.startswith(outer + NESTED)]
    if not inside:
        return False
    with source.unpacked(outer) as view:
        return all(_is_kept(view, name, kept) for name in inside if view.size(name))


def _counted(entry: Entry, one: Recognised, source: SourceView, options: Options) -> Entry:
    """The entry with the first of its records counted; what cannot be read says so when it is imported."""
    records, whole = 0, False
    first = last = entry.first
    drafts = (item for item in yields(one.importer, source, options) if isinstance(item, RecordDraft))
    try:
        for draft in islice(drafts, COUNTED):
            records += 1
            if draft.said_at is not None:
                first = draft.said_at if first is None else min(first, draft.said_at)
                last = draft.said_at if last is None else max(last, draft.said_at)
        whole = records < COUNTED
    except AfterselfError:
        whole = False
    return replace(entry, records=records, whole=whole, first=first, last=last)


def _zips(source: SourceView, read: Collection[str]) -> list[str]:
    """Zips and tars in a folder that are not a part of something else."""
    if source.kind != "folder":
        return []
    return [name for name in source.names() if name not in read and _is_packed(source, name)]


def _is_packed(source: SourceView, name: str) -> bool:
    """A zip, or a tar that is quickly unpacked: it has to be, to see what is in it."""
    small = is_tar(name) and source.size(name) <= LARGEST_TAR
    return name.lower().endswith(".zip") or small


def _zip(source: SourceView, name: str, look: Callable[[SourceView], Survey]) -> Entry | Unread:
    assert source.path is not None
    try:
        with SourceView.at(source.path / name) as inner:
            parts = look(inner).entries
    except UnknownFormat:
        return Unread(shown(name), 1, "nothing in it is recognised")
    except HostileSource:
        return Unread(shown(name), 1, "it is refused: no real export is packed like that")
    except SourceError as error:
        return Unread(shown(name), 1, error.message)
    firsts = [one.first for one in parts if one.first]
    lasts = [one.last for one in parts if one.last]
    return Entry(
        name, ", ".join(dict.fromkeys(one.format for one in parts)), sum(one.files for one in parts),
        source.size(name), sum(one.records for one in parts), all(one.whole for one in parts),
        min(firsts, default=None), max(lasts, default=None), all(one.imported for one in parts),
        frozenset((name,)), zipped=True,
    )  # fmt: skip


def unread_tables(source: SourceView, names: Collection[str]) -> list[Unread]:
    """The tables among these files of a folder: of those with the same columns the first."""
    return [_unread_table(source, found) for found in _tables(source, names)]


def _tables(source: SourceView, names: Collection[str]) -> list[list[Table]]:
    """The tables among these files, those with the same columns together."""
    alike: dict[tuple[str, ...], list[Table]] = {}
    for name in names:
        table = table_of(source, name) if name.lower().endswith(_TABLES) else None
        if table is not None:
            alike.setdefault(table.columns, []).append(table)
    return list(alike.values())


def _unread_table(source: SourceView, alike: list[Table]) -> Unread:
    table, files = alike[0], len(alike)
    name = shown(table.member)
    more = f", as {'has' if files == 2 else 'have'} {files - 1:,} more" if files > 1 else ""
    why = f"“{name}” is a table with the columns {columns_of(table, _COLUMNS_SHOWN)}{more}"
    unpacked = source.kind == "folder" and source.path is not None
    path = str(source.path / table.member) if unpacked and source.path else name
    taken_out = "" if unpacked else "unpack it, "
    remedy = f"To import it, {taken_out}say which column is which: {map_command(path)}"
    return Unread(name, files, why, remedy)


def _leftover(source: SourceView, names: Collection[str]) -> list[Unread]:
    """Names that nobody reads, by the kind of file and why not; tables first, whose columns can be told."""
    tables = _tables(source, names)
    told = {table.member for alike in tables for table in alike}
    kinds = Counter((_kind(name), is_picture(name)) for name in names if name not in told)
    first = [_unread_table(source, alike) for alike in tables]
    return [*first, *(Unread(kind, n, _why(n, picture)) for (kind, picture), n in kinds.most_common())]


def _why(files: int, picture: bool) -> str:
    they = "it" if files == 1 else "they"
    if picture:
        says, was = ("says", "was") if files == 1 else ("say", "were")
        return f"{they} {says} neither when nor where {they} {was} taken"
    return f"no importer reads {'it' if files == 1 else 'them'}"


def _kind(name: str) -> str:
    base = name.rpartition("/")[2]
    suffix = base.rpartition(".")[2] if "." in base[1:] else ""
    return f".{shown(suffix.lower())}" if 0 < len(suffix) <= 8 else "files without a known ending"
