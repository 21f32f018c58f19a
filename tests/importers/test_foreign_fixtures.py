"""Exports of the other platforms, written by hand before their importers were, and without knowledge of them.

`foreign_fixtures/README.md` says how a golden is read. A format that no importer reads yet stands in
`NOT_YET_READ`, by name: whoever writes its importer takes it out there.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from json_golden import (
    FOREIGN,
    any_of,
    differences,
    golden,
    laid_out,
    options_of,
    paired,
    source_key_ends,
    stored,
)
from reading import read_source

from afterself.archive.drafts import RecordDraft
from afterself.errors import SourceError
from afterself.home.folder import Self
from afterself.importers.ingest import ImportSummary, import_path
from afterself.importers.registry import importers
from afterself.importers.source_view import SourceView
from afterself.policy.view import ThreadInfo

NOT_YET_READ: frozenset[str] = frozenset()

READ_THOUGH_LEFT_OPEN = frozenset((
    "foreign_fixtures/reddit/rexport",
    "foreign_fixtures/transcripts/zoom-chat",
))  # fmt: skip


def _format(name: str) -> str:
    return name.split("/")[1]


def _may_be_refused(name: str) -> bool:
    """Whether a golden leaves open if anything of an export is read at all."""
    left_open = all(model["id"].endswith("?") for model in golden(name)["records"])
    return left_open and name not in READ_THOUGH_LEFT_OPEN


HAVE = [name for name in FOREIGN if _format(name) not in NOT_YET_READ]
READ = [name for name in HAVE if not _may_be_refused(name)]


def test_every_format_has_an_importer_of_its_name_or_is_listed_as_not_yet_read() -> None:
    formats, sources = {_format(name) for name in FOREIGN}, {one.source for one in importers()}
    assert formats - sources == NOT_YET_READ


@pytest.mark.parametrize("name", [name for name in FOREIGN if _format(name) == "git"])
def test_a_history_becomes_the_same_commits_wherever_it_is_laid_out(name: str, tmp_path: Path) -> None:
    command = ["git", "log", "--all", "--format=%H"]
    made = subprocess.run(command, cwd=laid_out(name, tmp_path), check=True, capture_output=True, text=True)
    assert set(made.stdout.split()) == {one["id"].rstrip("?") for one in golden(name)["records"]}


def _drafts(name: str, path: Path) -> dict[str, RecordDraft]:
    """What is said in an export, each once (its latest wording), by the end of its source key."""
    with SourceView.at(path) as source:
        drafts = read_source(source, options_of(name)).records
    return dict(zip(source_key_ends(drafts), drafts, strict=True))


@pytest.mark.parametrize("imported", READ, indirect=True)
def test_an_export_is_read_as_a_careful_person_reads_it(
    imported: tuple[str, Path, ImportSummary], fresh_self: Self
) -> None:
    name, path, summary = imported
    records, threads = stored(fresh_self)
    drafts = _drafts(name, path)
    said = {end: one for end, one in drafts.items() if one.kind != "reaction"}
    pairs, told = paired(name, list(said.values()))
    ids = {model["id"]: draft.native_id for model, draft in pairs}
    for model, draft in pairs:
        end = next(key for key, one in said.items() if one is draft)
        same = [one for one in records if one.source_key.endswith(end)]
        if "reply_to" in model:
            model = model | {"reply_to": [ids.get(one, one) for one in any_of(model["reply_to"])]}
        if "thread" in model:
            model = {**model, "thread": _titles(name, model["thread"])}
            if "*" in model["thread"]:
                del model["thread"]
        told += differences(model, draft, same[0]) if len(same) == 1 else [f"{model['id']}: stored {same}"]
    told += _reactions(name, drafts, ids) + _skipped(name, summary, {model["id"] for model, _ in pairs})
    assert told + _threads(name, threads) == []


def _titles(name: str, title: str) -> list[str]:
    """All that the thread of this title may be called."""
    also = [any_of(one["title"]) for one in golden(name)["threads"] if title in any_of(one.get("title"))]
    return [title, *(other for titles in also for other in titles)]


def _reactions(name: str, drafts: dict[str, RecordDraft], ids: dict[str, str | None]) -> list[str]:
    """Reactions that are kept, and that the golden does not know."""
    known = {(ids.get(str(id), id), who) for id, who, *_ in golden(name).get("reactions", ())}
    kept = [one for one in drafts.values() if one.kind == "reaction" and not one.deleted]
    return [
        f"nobody reacted so: {one.author} to {one.reply_to}"
        for one in kept
        if one.author
        and known.isdisjoint({(one.reply_to, one.author.name), (one.reply_to, one.author.handle)})
    ]


def _skipped(name: str, summary: ImportSummary, read: set[str]) -> list[str]:
    """How many were skipped; a record that need not be one may be among them."""
    if golden(name).get("problems"):
        return [] if summary.problems else ["nothing was said of what is broken"]
    sums = {0}
    for number in golden(name).get("skipped", {}).values():
        sums = {total + one for total in sums for one in any_of(number)}
    open_ends = sum(
        1 for model in golden(name)["records"] if model["id"].endswith("?") and model["id"] not in read
    )
    total = sum(summary.skipped.values())
    if any(least <= total <= least + open_ends for least in sums):
        return []
    return [f"skipped: {summary.skipped}, should be {golden(name).get('skipped')}"]


def _threads(name: str, threads: list[ThreadInfo]) -> list[str]:
    told, left = [], list(threads)
    # What must be there chooses before what may be, and a title before any title at all.
    for model in sorted(
        golden(name)["threads"], key=lambda one: (bool(one.get("may_lack")), one.get("title", "*") == "*")
    ):
        fit = [
            one
            for one in left
            if _is(model.get("title", "*"), one.title) and _is(model.get("kind", "*"), one.kind)
        ]
        if fit:
            left.remove(min(fit, key=lambda one: one.title not in any_of(model.get("title"))))
        elif not model.get("may_lack"):
            told.append(f"no thread {model}")
    return told + [f"nobody talked there: {one.title!r} ({one.kind})" for one in left]


def _is(wanted: Any, found: str) -> bool:
    return "*" in any_of(wanted) or found in any_of(wanted)


@pytest.mark.parametrize("imported", READ, indirect=True)
def test_the_same_export_read_again_changes_nothing(
    imported: tuple[str, Path, ImportSummary], fresh_self: Self
) -> None:
    name, path, first = imported
    before = stored(fresh_self)
    again = import_path(fresh_self, path, options_of(name))
    assert (again.new, again.changed, again.same) == (0, 0, first.new + first.changed + first.same)
    assert stored(fresh_self) == before


@pytest.mark.parametrize("name", [name for name in READ if "after" in golden(name)])
def test_a_later_export_adds_exactly_what_is_new(name: str, tmp_path: Path, fresh_self: Self) -> None:
    earlier = f"{name.rpartition('/')[0]}/{golden(name)['after']}"
    for part, export in (("earlier", earlier), ("later", name)):
        (tmp_path / part).mkdir()
        done = import_path(fresh_self, laid_out(export, tmp_path / part), options_of(export))
    for what, wanted in golden(name)["then"].items():
        assert getattr(done, what) in any_of(wanted), (what, done)


@pytest.mark.parametrize("name", [name for name in HAVE if _may_be_refused(name)])
def test_a_form_that_is_not_read_is_refused_and_the_way_to_one_that_is_told(
    name: str, tmp_path: Path, fresh_self: Self
) -> None:
    with pytest.raises(SourceError, match=r"again|JSON"):
        import_path(fresh_self, laid_out(name, tmp_path), options_of(name))
