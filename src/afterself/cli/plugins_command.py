"""`plugins`, `plugins enable` and `disable`: which importers of other makers may read for this self."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from afterself.archive.plain import one_line
from afterself.cli.answers import confirmed
from afterself.cli.completions import plugins as plugin_names
from afterself.cli.light_options import LightGroup
from afterself.cli.shell import app, console, echo_json, interactive, open_self, with_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.home.folder import Self
    from afterself.importers.plugins import Plugin

WHAT_IT_IS = """\
A plugin is a program that somebody else wrote. It sees everything that you import, and can do whatever you
can do on this machine: read this self while it is open, and send what it reads away. Afterself cannot hold
it back. Enable it only if you trust who wrote it."""

plugins_app = typer.Typer(
    cls=LightGroup,
    name="plugins",
    help="Show importers of other packages, and which may read here."
    "\n\n"
    "Example: afterself plugins enable treehouse",
    invoke_without_command=True,
)
app.add_typer(plugins_app)


Name = Annotated[str, typer.Argument(metavar="NAME", autocompletion=plugin_names, help="A name of the list.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a plugin.")]


@plugins_app.callback()
def plugins(context: typer.Context, as_json: Json = False) -> None:
    """Show importers of other packages, and which may read here."""
    if context.invoked_subcommand is None:
        _list(open_self(), as_json=as_json)


@plugins_app.command("enable")
def enable(
    name: Name,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: the package was looked at, and is trusted.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Let an importer of another package read for this self. None of its code runs before.

    It holds for the version that is installed now; an update has to be enabled again.

    Example: afterself plugins enable treehouse
    """
    from afterself.importers.plugins import enable, the_plugin

    self_ = open_self()
    plugin = the_plugin(name)
    if not yes:
        _ask(plugin)
    importer = enable(self_, plugin)
    if as_json:
        echo_json(_as_json(plugin, "enabled"))
        return
    out = console()
    out.print(f"Enabled: {one_line(str(plugin))} reads {one_line(importer.reads)}.", markup=False)
    out.print(f"To disable it: afterself plugins disable {one_line(name)}", markup=False)


@plugins_app.command("disable")
def disable(name: Name) -> None:
    """Let an importer of another package read for this self no more. What it has read stays.

    Example: afterself plugins disable treehouse
    """
    from afterself.importers.plugins import disable

    disable(open_self(), name)
    typer.echo("Disabled. What it has read stays; it is no longer loaded.")


def tell_not_enabled(self_: Self) -> None:
    """Where nothing recognises a source: name the installed plugins that were not asked about it."""
    from afterself.importers.plugins import enabled, installed

    on = enabled(self_)
    names = ", ".join(one_line(one.name) for one in installed() if one.name not in on)
    if names:
        told = f"Installed, but not enabled: {names}. What they are: afterself plugins"
        console(stderr=True).print(with_self(told), markup=False)


def _ask(plugin: Plugin) -> None:
    if not interactive():
        raise UsageError(
            f"{WHAT_IT_IS}\nIt would be: {plugin}.",
            remedy=f"If you trust it: afterself plugins enable {plugin.name} --yes",
        )
    out = console()
    out.print(
        f"{one_line(str(plugin))}: {one_line(plugin.summary) or 'it says nothing of itself'}", markup=False
    )
    out.print(WHAT_IT_IS, markup=False)
    if not confirmed("Enable it?"):
        raise typer.Abort


def _list(self_: Self, *, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from afterself.importers.plugins import enabled, installed

    on, found = enabled(self_), installed()
    states = [(one, _state(one, on)) for one in found]
    gone = [name for name in on if name not in {one.name for one in found}]
    if as_json:
        for one, state in states:
            echo_json(_as_json(one, state))
        for name in gone:
            package, version = on[name]
            echo_json({"name": name, "package": package, "version": version, "summary": "", "state": "gone"})
        return
    out = console()
    if not states and not gone:
        out.print(
            "No installed package brings an importer. What Afterself reads itself: afterself import --help"
        )
        return
    table = Table(box=None, pad_edge=False)
    for column in ("Plugin", "Package", "State", "What it says of itself"):
        table.add_column(column, overflow="fold")
    for one, state in states:
        told = (one.name, f"{one.package} {one.version}", state, one.summary)
        table.add_row(*(Text(one_line(text)) for text in told))
    for name in gone:
        table.add_row(*(Text(one_line(text)) for text in (name, " ".join(on[name]), "gone", "")))
    out.print(table)


def _state(plugin: Plugin, on: dict[str, tuple[str, str]]) -> str:
    if plugin.name not in on:
        return "not enabled"
    return "enabled" if on[plugin.name] == (plugin.package, plugin.version) else "changed: enable it again"


def _as_json(plugin: Plugin, state: str) -> dict[str, str]:
    return {
        "name": plugin.name,
        "package": plugin.package,
        "version": plugin.version,
        "summary": plugin.summary,
        "state": state.partition(":")[0],
    }
