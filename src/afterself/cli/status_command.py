"""`afterself status`: whose self this is, what is in it, what was made from it, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.history_commands import CUT_OFF
from afterself.cli.new_command import NOT_ENCRYPTED
from afterself.cli.own_words import languages_lines
from afterself.cli.removals import size_of
from afterself.cli.shell import app, console, echo_json, open_self, own_command, with_self
from afterself.home.counting import counted
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from datetime import datetime

    from afterself.home.folder import Self

_IMPORTS_SHOWN = 5


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Show what is in the self, its weights, and the next step.

    Example: afterself status --json
    """
    facts = _facts(open_self())
    if as_json:
        echo_json(facts)
    else:
        _show(facts)


def next_step(self_: Self) -> str:
    """The command that brings this self further."""
    return str(_facts(self_)["next"])


def steps_with_records(self_: Self) -> str:
    """What can be done with records of a known owner, of what the self may be used for."""
    from afterself.policy.consent import consented

    steps = 'Next: afterself ask "…"   (no training needed)'
    return f"{steps}\n      afterself train" if consented(self_, "train") else steps


def _facts(self_: Self) -> dict[str, Any]:
    from afterself.policy import open_view
    from afterself.policy.consent import consents

    declared = self_.declaration
    with open_view(self_, "list") as view:
        seen, imports, languages = view.overview.counts(), view.overview.imports(), view.own.languages()
    given = consents(self_)
    facts = {
        "self": str(self_.path),
        "name": declared.name,
        "right": declared.right,
        "allow": [one.purpose for one in given if one.in_force],
        "revocations_undone": [one.purpose for one in given if one.undone is not None],
        "records": seen.records,
        "own_records": seen.own,
        "repeated_records": seen.repeated,
        "people": seen.people,
        "threads": seen.threads,
        "first": _time(seen.first),
        "last": _time(seen.last),
        "owner": list(seen.owner) or None,
        "languages": languages,
        "owner_unknown_in": list(seen.owner_unknown_in),
        "imports": [
            {
                "source": one.source,
                "format": one.importer,
                "name": one.name,
                "at": _time(one.at),
                "finished": one.finished,
            }
            for one in imports
        ],
        "weights": _weights(self_),
        "bytes": size_of(self_.path),
        "encrypted": self_.encrypted,
    }
    facts["next"] = _next(self_, facts)
    return facts


def _weights(self_: Self) -> dict[str, Any] | None:
    """The newest weights that may be used, and how many stale ones there are; None if none were made."""
    from afterself.archive.store import list_artifacts
    from afterself.training.weights import KIND, current_weights

    made = list_artifacts(self_, KIND)
    if not made:
        return None
    newest = current_weights(self_)
    return {
        "id": newest.id if newest else None,
        "base": newest.base if newest else None,
        "made_at": newest.made_at if newest else None,
        "bits_per_byte_base": newest.bits_base if newest else None,
        "bits_per_byte": newest.bits_weights if newest else None,
        "stale": newest is None,
    }


def _next(self_: Self, facts: dict[str, Any]) -> str:
    """The command that brings this self further."""
    command = own_command()
    weights = facts["weights"]
    if not facts["records"]:
        return f"{command} import PATH"
    if not facts["owner"]:
        return f"{command} people me NAME"
    if "train" in facts["allow"] and (weights is None or weights["stale"]):
        return f"{command} train"
    if "talk" in facts["allow"] and weights is not None and not weights["stale"]:
        return f"{command} talk"
    return f'{command} ask "…"'


def _time(at: datetime | None) -> str | None:
    return None if at is None else utc_text(at)


def _show(facts: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.home.declaration import RIGHT_MEANS

    lines = {
        "Self": f"{facts['name']}; {RIGHT_MEANS[facts['right']]}",
        "Allowed": ", ".join(facts["allow"]) + _undone(facts["revocations_undone"]),
        "Archive": f"{counted(facts['records'], 'record')} ({facts['own_records']:,} of the owner), "
        f"{counted(facts['people'], 'person', 'people')}, {counted(facts['threads'], 'conversation')}",
    }
    if facts["repeated_records"]:
        lines["Archive"] += f"; {_again(facts['repeated_records'])} the same again, from other sources"
    if facts["first"]:
        lines["Span"] = f"{facts['first'][:10]} … {facts['last'][:10]}"
    lines["Owner"] = _owner(facts)
    for line in languages_lines(facts["languages"]):
        lines["Languages"] = line.removeprefix("Languages: ")
    imports = _by_source(facts["imports"])
    for number, line in enumerate(imports[-_IMPORTS_SHOWN:]):
        lines[" " * number or "Imports"] = line
    if len(imports) > _IMPORTS_SHOWN:
        lines["\t"] = f"… and {len(imports) - _IMPORTS_SHOWN} earlier ones: --json lists them"
    lines["Weights"] = _weights_line(facts["weights"])
    lines["Size"] = f"{facts['bytes'] / 1e6:,.1f} MB in {facts['self']}"
    if facts["encrypted"]:
        lines["Encrypted"] = "yes, with a passphrase"
    lines["Next"] = facts["next"]
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in lines.items():
        table.add_row(label.strip(), Text(terminal_text(text, one_line=True)))
    out = console()
    out.print(table)
    if not facts["encrypted"]:
        out.print(with_self(NOT_ENCRYPTED), style="dim", markup=False)


def _again(count: int) -> str:
    return "1 more holds" if count == 1 else f"{count:,} more hold"


def _by_source(imports: list[dict[str, Any]]) -> list[str]:
    """A line for each folder or file of a day, however many formats were found in it."""
    formats: dict[tuple[str, str], dict[str, None]] = {}
    cut_off = set()
    for one in imports:
        place = one["at"][:10], one["name"]
        formats.setdefault(place, {})[one["format"]] = None
        cut_off |= set() if one["finished"] else {place}
    return [
        f"{place[0]}  {place[1] or 'told directly'}: {', '.join(found)}" + CUT_OFF * (place in cut_off)
        for place, found in formats.items()
    ]


def _undone(purposes: list[str]) -> str:
    """A warning that an older archive was put back over a revocation."""
    return f"; {', '.join(purposes)} was revoked, which archive.db does not know: verify" if purposes else ""


def _owner(facts: dict[str, Any]) -> str:
    known = f"known as {', '.join(facts['owner'])}" if facts["owner"] else "not known yet"
    unknown = facts["owner_unknown_in"]
    return f"{known}; not known in: {', '.join(unknown)}" if unknown and facts["owner"] else known


def _weights_line(weights: dict[str, Any] | None) -> str:
    if weights is None:
        return "none yet"
    if weights["stale"]:
        from afterself.training.weights import GONE

        return GONE
    bits = ""
    if weights["bits_per_byte"] is not None and weights["bits_per_byte_base"] is not None:
        bits = f"; {weights['bits_per_byte_base']:.2f} → {weights['bits_per_byte']:.2f} bits per byte"
    return f"{weights['id']}, on {weights['base']}{bits}"
