"""What came of an import, as a table with remarks and as JSON.

It holds counts, names of files and people, never what anybody said.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from afterself.archive.plain import one_line
from afterself.cli.import_owner import names_to_choose_from
from afterself.cli.import_survey import survey_json, unread_lines
from afterself.cli.own_words import MOST_COMPARED, languages_lines, own_words_json, own_words_lines
from afterself.cli.shell import console, with_self
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from rich.table import Table

    from afterself.cli.import_sources import Imported
    from afterself.home.folder import Self
    from afterself.importers.ingest import ImportSummary

_PROBLEMS_SHOWN = 10
_PLACES_SHOWN = 3


def as_json(imported: Imported) -> dict[str, Any]:
    """The whole summary: totals, then each source, each failure, and what lies in folders."""
    summaries = [summary for _, summary in imported.done]
    sources = [{"path": path, **_summary_json(summary)} for path, summary in imported.done]
    failed = [
        {"path": path, "error": error.message, "remedy": error.remedy} for path, error in imported.failed
    ]
    folders = [{"path": path, **survey_json(found, wanted)} for path, found, wanted in imported.surveys]
    return {
        **_totals(summaries), "sources": sources, "failed": failed,
        **({"folders": folders} if folders else {}),
        **({"owner_by_name": imported.owner_by_name} if imported.owner_by_name else {}),
    }  # fmt: skip


def _totals(summaries: Sequence[ImportSummary]) -> dict[str, Any]:
    skipped: Counter[str] = Counter()
    for summary in summaries:
        skipped.update(summary.skipped)
    owners = dict.fromkeys(name for summary in summaries for name in summary.owner)
    firsts = [summary.first for summary in summaries if summary.first]
    lasts = [summary.last for summary in summaries if summary.last]
    return {
        "threads": len(frozenset[int]().union(*(summary.touched_threads for summary in summaries))),
        "people": len(frozenset[int]().union(*(summary.touched_people for summary in summaries))),
        "span": {"first": utc_text(min(firsts)), "last": utc_text(max(lasts))} if firsts and lasts else None,
        "new": sum(summary.new for summary in summaries),
        "same": sum(summary.same for summary in summaries),
        "changed": sum(summary.changed for summary in summaries),
        "forgotten": sum(summary.forgotten for summary in summaries),
        "skipped": dict(skipped),
        "problems": [asdict(problem) for summary in summaries for problem in summary.problems],
        "owner": list(owners) or None,
    }


def _summary_json(summary: ImportSummary) -> dict[str, Any]:
    totals = _totals([summary])
    return {"formats": list(summary.formats), **totals, "names_not_found": list(summary.names_not_found)}


def print_imported(imported: Imported, self_: Self) -> None:
    """The table, the remarks, and the next step."""
    out = console()
    if not imported.done:
        if imported.shown and not imported.failed:
            out.print("Nothing was imported.")
        return
    out.print(_table(imported.done))
    summaries = [summary for _, summary in imported.done]
    surveys = [] if imported.shown else imported.surveys
    unread = [line for _, found, _ in surveys for line in unread_lines(found)]
    for line in unread:
        out.print(line, markup=False, soft_wrap=True)
    for line in [*_remarks(imported), *own_words_of(self_, imported)[1]]:
        out.print(line, markup=False)
    whose = "" if all(summary.owner for summary in summaries) else names_to_choose_from(self_)
    if whose:
        out.print(with_self(whose), markup=False)
    else:
        from afterself.cli.status_command import steps_with_records

        out.print(with_self(steps_with_records(self_)), markup=False, soft_wrap=True)


def own_words_of(self_: Self, imported: Imported) -> tuple[dict[str, Any], list[str]]:
    """What of what the owner wrote in the imported threads are their own words, as JSON and in lines."""
    from afterself.policy.view import open_view

    threads = frozenset[int]().union(*(summary.touched_threads for _, summary in imported.done))
    with open_view(self_, "list") as view:
        words = view.own.words(threads=threads, most_compared=MOST_COMPARED)
        languages = view.own.languages(threads=threads)
    told = {"own_words": own_words_json(words), "languages": languages}
    return told, [*own_words_lines(words), *languages_lines(languages)]


def _table(done: Sequence[tuple[str, ImportSummary]]) -> Table:
    """One row a source; columns that are zero for every source are left out."""
    from rich.table import Table
    from rich.text import Text

    numbers: dict[str, list[int]] = {
        "Threads": [summary.threads for _, summary in done],
        "People": [summary.people for _, summary in done],
        "New": [summary.new for _, summary in done],
        "Same": [summary.same for _, summary in done],
        "Changed": [summary.changed for _, summary in done],
        "Forgotten": [summary.forgotten for _, summary in done],
        "Skipped": [sum(summary.skipped.values()) for _, summary in done],
    }
    counted = {name: column for name, column in numbers.items() if any(column) or name == "New"}
    table = Table(box=None, pad_edge=False)
    table.add_column("Source", overflow="fold", min_width=16)
    table.add_column("Span", no_wrap=True)
    for name in counted:
        table.add_column(name, justify="right", no_wrap=True)
    for row, (_, summary) in enumerate(done):
        span = f"{_day(summary.first)} … {_day(summary.last)}" if summary.first else "no times"
        table.add_row(
            Text(one_line(summary.source)), span, *(f"{column[row]:,}" for column in counted.values())
        )
    return table


def _skipped(count: int, why: str, summaries: Sequence[ImportSummary]) -> str:
    """How many records were skipped for a reason, and where the first of them stand."""
    found = (one for summary in summaries for one in summary.problems)
    places = [one.where for one in found if one.severity == "skipped" and one.why == why][:_PLACES_SHOWN]
    more = f" and {count - len(places):,} more: --json lists them" if count > len(places) else ""
    where = f" ({one_line('; '.join(places))}{more})" if places else ""
    return f"Skipped: {count:,} × {one_line(why)}{where}"


def _remarks(imported: Imported) -> list[str]:
    """What the person should know beside the numbers: skipped by reason, warnings, who the owner is."""
    summaries = [summary for _, summary in imported.done]
    totals = _totals(summaries)
    said = [_skipped(count, why, summaries) for why, count in totals["skipped"].items()]
    told = {one.what for _, found, _ in imported.surveys for one in found.unread}
    problems = [one for summary in summaries for one in summary.problems if one.where not in told]
    problems = [one for one in problems if one.severity != "skipped"]
    said += [
        f"{p.severity.title()}: {one_line(p.where)}: {one_line(p.why)}" for p in problems[:_PROBLEMS_SHOWN]
    ]
    if len(problems) > _PROBLEMS_SHOWN:
        said.append(f"… and {len(problems) - _PROBLEMS_SHOWN:,} more: --json lists them")
    missing = dict.fromkeys(name for summary in summaries for name in summary.names_not_found)
    borne = [name for name in missing if all(name in summary.names_not_found for summary in summaries)]
    said += [f"Nobody is called “{one_line(name)}” in what was imported." for name in borne]
    if imported.owner_by_name:
        name = one_line(imported.owner_by_name)
        wrong = with_self(f"afterself people not-me {shlex.quote(name)}")
        said.append(f"Owner: {name}, who has the name of this self. If that is somebody else: {wrong}")
    elif totals["owner"]:
        said.append(f"Owner: {', '.join(one_line(name) for name in totals['owner'])}")
    return said


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
