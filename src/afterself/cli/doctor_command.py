"""`afterself doctor`: what is installed, what the machine can do, how a self is, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.shell import app, chosen_path, console, echo_json, self_was_named, with_self

if TYPE_CHECKING:
    from afterself.cli.doctor_checks import Check

_MARKS = {"good": ("ok", "green"), "note": ("note", "yellow"), "broken": ("BROKEN", "bold red")}


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is wrong, and what to do. Looks at the installation, the machine and the self.

    Nothing is changed and nothing leaves the machine. The exit code is 1 if something is broken that
    importing, asking, training or talking needs.

    \b
    Example: afterself doctor
             afterself --self my-self doctor --json
    """
    from afterself.cli import doctor_installed, doctor_machine, doctor_self

    folder = chosen_path()
    found: list[Check] = []
    for one in (
        check
        for part in (
            doctor_installed.checks(),
            doctor_machine.checks(folder),
            doctor_self.checks(folder, named=self_was_named()),
        )
        for check in part
    ):
        found.append(one)
        if not as_json:
            _show(one, new_part=len(found) == 1 or found[-2].part != one.part)
    bad = sum(one.state == "broken" for one in found)
    if as_json:
        echo_json({"ok": not bad, "checks": [asdict(one) for one in found]})
    else:
        console().print(f"\n{bad} broken." if bad else "\nNothing is broken.")
    if bad:
        raise typer.Exit(1)


def _show(one: Check, *, new_part: bool) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    out = console()
    if new_part:
        out.print(Text(one.part, style="bold"))
    mark, style = _MARKS[one.state]
    told = Text.assemble(
        (f"{mark:<7}", style), (f"{one.name}: ", "bold"), terminal_text(one.found, one_line=True)
    )
    out.print(Padding(told, (0, 0, 0, 2)) if out.is_terminal else Text.assemble("  ", told))
    if one.remedy:
        # A command must stand on one line to be copied.
        remedy = terminal_text(with_self(one.remedy), one_line=True)
        out.print(Text(f"         → {remedy}", style="dim"), soft_wrap=True)
