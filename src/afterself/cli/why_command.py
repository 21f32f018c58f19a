"""`afterself why`: who wrote these lines, when and why, and what was said before; every quote is cited."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.moments import shown_moment
from afterself.cli.places import who_and_where
from afterself.cli.shell import app, console, echo_json, open_self, with_self
from afterself.home.counting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.importers.git_blame import Blame, Blamed
    from afterself.memory.why import Discussion, Reason
    from afterself.policy.view import ViewRecord

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?)?", re.DOTALL)
_MOST_SAID = 4


@app.command()
def why(
    place: Annotated[
        str,
        typer.Argument(metavar="FILE[:LINE[-LINE]]", help="A file in a repository of git, and lines of it."),
    ],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many commits to show.")] = 5,
    audience: AudienceOption = "owner",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a commit, with all that was said.")
    ] = False,
) -> None:
    """Show why code is as it is: commits, issues, reviews.

    Git says which commits they are. What is quoted stands so in a record of the archive, and its id beside
    it: import the repository first, and the export of its issues (GitHub, GitLab). Needs the program git.

    \b
    Example: afterself why src/mill.py:10-20
    """
    from afterself.importers.git_blame import blame
    from afterself.memory.why import why as reasons_of
    from afterself.policy import open_view

    self_ = open_self()
    file, first, last = _file_and_lines(place)
    blamed = blame(file, first, last, k)
    with open_view(self_, "quote", audience) as view:
        for reason in reasons_of(view, blamed):
            if as_json:
                echo_json(_json(reason))
            else:
                _show(reason, blamed, console())


def _file_and_lines(place: str) -> tuple[Path, int | None, int | None]:
    """The file, and the first and last line that were named; a file whose own name ends so is meant whole."""
    whole, found = Path(place).expanduser(), _PLACE.fullmatch(place)
    if found is None or found["first"] is None or whole.exists():
        return whole, None, None
    first = int(found["first"])
    return Path(found["file"]).expanduser(), first, int(found["last"] or first)


def _json(reason: Reason) -> dict[str, Any]:
    from afterself.policy.record_json import record_json

    commit = reason.commit
    return {
        "commit": commit.id or None,
        "lines": [list(one) for one in commit.lines],
        "subject": commit.subject,
        "record": reason.record and record_json(reason.record),
        **({"kept_back": True} if reason.kept_back else {}),
        "discussions": [
            {
                "thread": one.thread.id,
                "thread_title": one.thread.title,
                "records": [record_json(said) for said in one.said],
            }
            for one in reason.discussions
        ],
    }


def _show(reason: Reason, blamed: Blame, out: Console) -> None:
    from rich.text import Text

    commit = reason.commit
    lines = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in commit.lines[:_MOST_SAID])
    more = " …" if len(commit.lines) > _MOST_SAID else ""
    out.print(Text(f"{_line(f'{blamed.path}:{lines}')}{more}", style="bold"), markup=False)
    if not commit.id:
        out.print("  not committed yet\n", markup=False)
        return
    if reason.kept_back:
        out.print(f"  commit {commit.id[:12]} is kept back: its record may not be shown here", markup=False)
    elif reason.record is None:
        _show_unknown(commit, out)
    else:
        _quote(reason.record, f"commit {commit.id[:12]}", "", out)
    for one in reason.discussions:
        _show_discussion(one, blamed.path, out)
    out.print()


def _show_unknown(commit: Blamed, out: Console) -> None:
    """What git itself says of a commit that is not in the archive."""
    from afterself.importers.local_time import instant

    when = shown_moment(instant(commit.seconds), "second")
    who = commit.author.name if commit.author else "unknown"
    out.print(f"  {when} UTC · {_line(who)}: {_line(commit.subject)}", markup=False)
    told = f"  commit {commit.id[:12]} is not in the archive. To have it: afterself import REPOSITORY"
    out.print(with_self(told), markup=False, soft_wrap=True)


def _show_discussion(one: Discussion, path: str, out: Console) -> None:
    for record in one.said[:_MOST_SAID]:
        _quote(record, "", path, out)
    left = len(one.said) - _MOST_SAID
    if left > 0:
        told = f"  {counted(left, 'more record')} in “{one.thread.title}”: --json shows all"
        out.print(_line(told), markup=False, style="dim", soft_wrap=True)


def _quote(record: ViewRecord, name: str, question: str, out: Console) -> None:
    from rich.text import Text

    from afterself.cli.excerpts import shown_excerpt
    from afterself.memory.excerpt import excerpt

    head = f"{shown_moment(record.said_at, record.precision)} UTC · "
    head += who_and_where(record.author_name, record.thread_title)
    out.print(Text(f"  {head}"), markup=False)
    out.print(Text(indent(f"“{shown_excerpt(excerpt(record.text, question))}”", "    ")), markup=False)
    cited = f"{name}, record {record.id}" if name else f"record {record.id}"
    out.print(Text(f"    {cited}", style="dim"), markup=False)


def _line(text: str) -> str:
    from afterself.archive.plain import one_line

    return one_line(text)
