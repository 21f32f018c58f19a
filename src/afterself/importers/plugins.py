"""Importers of other makers: found by entry point, run only if the owner of a self enabled them by name.

A plugin is a program: it sees what is imported and can do what its user can. So listing reads only what
the package says of itself; none of its code runs before `enable`, and none of another version than
the one that was enabled. Which ones are enabled is a setting of the self, and encrypted with it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from afterself.archive.settings import setting
from afterself.archive.store import Archive
from afterself.errors import UsageError
from afterself.home.folder import Self
from afterself.importers.contract import Importer
from afterself.importers.mapped import MappedImporter
from afterself.importers.odd_tables import mappings
from afterself.importers.plugin_importer import FAULTS, PluginFault, PluginImporter, misfit_of
from afterself.importers.registry import importers

GROUP = "afterself.importers"
_SETTING = "plugins"


@dataclass(frozen=True, slots=True)
class Plugin:
    """An importer that an installed package offers under a name, as the package itself tells of it."""

    name: str
    package: str
    version: str
    summary: str
    entry: metadata.EntryPoint

    def __str__(self) -> str:
        return f"“{self.name}” ({self.package} {self.version})"


def installed() -> list[Plugin]:
    """Every plugin of this environment, by name. Nothing of it is loaded."""
    found = [_plugin(entry) for entry in metadata.entry_points(group=GROUP)]
    return sorted(found, key=lambda one: (one.name, one.package))


def _plugin(entry: metadata.EntryPoint) -> Plugin:
    package = entry.dist
    if package is None:
        return Plugin(entry.name, "an unknown package", "", "", entry)
    return Plugin(entry.name, package.name, package.version, package.metadata["Summary"] or "", entry)


def enabled(self_: Self) -> dict[str, tuple[str, str]]:
    """The plugins that are enabled in a self: package and version by name."""
    return {name: (package, version) for name, package, version in setting(self_, _SETTING) or ()}


def enable(self_: Self, plugin: Plugin) -> Importer:
    """Load a plugin, see that it fits, and let it read for this self from now on; gives its importer.

    UsageError, naming it, if it cannot be loaded or does not fit: then it is not enabled.
    """
    importer, why = _loaded(plugin)
    if importer is None:
        raise UsageError(
            f"The plugin {plugin} cannot be used: {why}. It was not enabled.",
            remedy="Update the package, or report it to who makes it.",
        )
    _keep(self_, {**enabled(self_), plugin.name: (plugin.package, plugin.version)})
    self_.audit("plugin enabled", plugin=plugin.name, package=plugin.package, version=plugin.version)
    return importer


def disable(self_: Self, name: str) -> None:
    """Let a plugin read for this self no more. UsageError if it is not enabled."""
    on = enabled(self_)
    if name not in on:
        raise UsageError(
            f"No plugin of the name “{name[:60]}” is enabled.", remedy="Enabled ones: afterself plugins"
        )
    _keep(self_, {one: what for one, what in on.items() if one != name})
    self_.audit("plugin disabled", plugin=name)


def the_plugin(name: str) -> Plugin:
    """The installed plugin of a name; UsageError if there is none, or several packages offer one."""
    found = [one for one in installed() if one.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        packages = ", ".join(one.package for one in found)
        raise UsageError(
            f"Several packages offer a plugin “{name}”: {packages}.",
            remedy="Uninstall the one that is not meant.",
        )
    there = ", ".join(one.name for one in installed()) or "none"
    raise UsageError(
        f"No installed package offers a plugin “{name[:60]}”. Installed: {there}.",
        remedy="Install its package into the environment of afterself with pip, then try again.",
    )


def importers_of(self_: Self) -> tuple[Importer, ...]:
    """Every importer that reads for a self: the built-in ones, that of tables it knows, its enabled plugins.

    A plugin that is gone, changed or broken is left out with a warning that names it.
    """
    found: list[Importer] = []
    if known := mappings(self_):
        found.append(MappedImporter(self_.declaration.name, known))
    on = enabled(self_)
    for name, what in on.items():
        importer, why = _as_enabled(name, what)
        if importer is not None:
            found.append(importer)
            continue
        told = f"The plugin “{name}” is left out. {why}"
        warnings.warn(f"{told} To disable it: afterself plugins disable {name}", PluginFault, stacklevel=2)
    return (*importers(), *found)


def _as_enabled(name: str, what: tuple[str, str]) -> tuple[Importer | None, str]:
    """The importer of a plugin, or why there is none; not of another version than was enabled."""
    try:
        plugin = the_plugin(name)
    except UsageError as error:
        return None, error.message
    if (plugin.package, plugin.version) != what:
        again = f"If you trust this one, too: afterself plugins enable {name}"
        return None, f"{plugin.package} {plugin.version} is not what was enabled, {' '.join(what)}. {again}"
    importer, why = _loaded(plugin)
    return importer, f"{plugin}: {why}."


def _loaded(plugin: Plugin) -> tuple[Importer | None, str]:
    """The importer of a plugin, or why there is none. Nothing of the person was seen by it yet."""
    try:
        given: Any = plugin.entry.load()
        importer = given() if callable(given) else given
        why = misfit_of(importer)
    except FAULTS as error:
        return None, f"loading it failed with {type(error).__name__}: {error}"
    if why is not None:
        return None, why
    taken = next(
        (one.name for one in importers() if importer.name == one.name or importer.source == one.source), None
    )
    if taken is not None:
        return None, f"its name or source is that of the built-in importer “{taken}”"
    return PluginImporter(str(plugin), importer), ""


def _keep(self_: Self, on: dict[str, tuple[str, str]]) -> None:
    with Archive.writing(self_) as archive, archive.transaction():
        archive.settings.set(_SETTING, [[name, *what] for name, what in sorted(on.items())])
