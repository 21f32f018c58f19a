"""Exports of Telegram, ChatGPT and Claude that were written without knowledge of the importers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from json_golden import ASSISTANTS, TELEGRAM, differences, golden, options_of, paired, stored
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.ingest import ImportSummary, import_path
from afterself.importers.source_view import SourceView
from afterself.policy.view import ThreadInfo

NAMES = [*TELEGRAM, *ASSISTANTS]


def _read(name: str, path: Path) -> Read:
    with SourceView.at(path) as source:
        return read_source(source, options_of(name))


@pytest.mark.parametrize("imported", NAMES, indirect=True)
def test_an_export_is_read_as_a_careful_person_reads_it(
    imported: tuple[str, Path, ImportSummary], fresh_self: Self
) -> None:
    name, path, summary = imported
    records, threads = stored(fresh_self)
    drafts = _read(name, path).records
    if golden(name).get("documents"):
        assert not any(one.own_text for one in records if one.kind == "document")
        drafts = [one for one in drafts if one.kind != "document"]
        records = [one for one in records if one.kind != "document"]
    pairs, told = paired(name, drafts)
    for model, draft in pairs:
        same = [one for one in records if one.source_key.endswith(f"{draft.thread}/{draft.native_id}")]
        told += differences(model, draft, same[0]) if len(same) == 1 else [f"{model['id']}: stored {same}"]
    if golden(name).get("problems"):
        told += [] if summary.problems else ["nothing was said of what is broken"]
    elif bool(summary.skipped) != ("skipped" in golden(name)) and not _unsure(name):
        told.append(f"skipped: {summary.skipped}, should be {golden(name).get('skipped')}")
    assert told == []
    _compare_threads(name, threads)


def _compare_threads(name: str, threads: list[ThreadInfo]) -> None:
    left = [one for one in threads if one.kind != "document"]
    for model in golden(name)["threads"]:
        kinds = model.get("kind", [one.kind for one in left])
        fit = [
            one for one in left if one.title == model.get("title", one.title) and one.kind in _any_of(kinds)
        ]
        assert fit or model.get("may_lack"), (model, [(one.title, one.kind) for one in threads])
        if fit:
            left.remove(fit[0])
    assert left == []


def _unsure(name: str) -> bool:
    """Whether a golden leaves open what is a record and what is skipped."""
    return any(model["id"].endswith("?") for model in golden(name)["records"])


def _any_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("imported", NAMES, indirect=True)
def test_the_same_export_read_again_changes_nothing(
    imported: tuple[str, Path, ImportSummary], fresh_self: Self
) -> None:
    name, path, first = imported
    before = stored(fresh_self)
    again = import_path(fresh_self, path, options_of(name))
    assert (again.new, again.changed, again.same) == (0, 0, first.new + first.same)
    assert stored(fresh_self) == before
