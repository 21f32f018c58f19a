"""A plugin reads only where its owner enabled it by name, and a broken one costs nothing else."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.cli import plugins_command
from afterself.home.folder import Self
from afterself.importers import ingest
from tests.importers.made_plugins import IMPORTER, install

CHAT = "13/01/2021, 09:00 - Anna: hi\n13/01/2021, 09:01 - Ben: ho\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the import path that packages are installed into."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if "_module_" in name]:
        del sys.modules[name]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "grandmother.knot"
    path.write_bytes(b"KNOTS\nover and under\ntwice around\n")
    return path


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def states(self_: Self) -> dict[str, str]:
    return {one["name"]: one["state"] for one in run(self_, "plugins", "--json").lines}


def test_an_installed_plugin_is_listed_and_none_of_its_code_runs(
    fresh_self: Self, site: Path, export: Path
) -> None:
    module = install(site)
    assert states(fresh_self) == {"knots": "not enabled"}
    shown = run(fresh_self, "plugins").out
    assert "knots-for-afterself 1.0" in shown and "reads knotted strings" in shown
    refused = run(fresh_self, "import", export)
    assert refused.code == 5 and "Installed, but not enabled: knots" in refused.err
    assert module not in sys.modules


def test_a_plugin_that_is_enabled_reads_until_it_is_disabled(
    fresh_self: Self, site: Path, export: Path
) -> None:
    install(site)
    enabled = run(fresh_self, "plugins", "enable", "knots", "--yes")
    assert enabled.code == 0 and "knots-for-afterself 1.0" in enabled.out, enabled.err
    assert states(fresh_self) == {"knots": "enabled"}
    assert run(fresh_self, "import", export, "--json").json["new"] == 2
    assert [one["text"] for one in run(fresh_self, "records", "--json").lines] == [
        "over and under", "twice around",
    ]  # fmt: skip
    assert run(fresh_self, "reparse").code == 0
    assert run(fresh_self, "plugins", "disable", "knots").code == 0
    assert run(fresh_self, "import", export).code == 5
    log = (fresh_self.path / "audit.log").read_text("utf-8")
    assert '"event":"plugin enabled"' in log and '"event":"plugin disabled"' in log


def test_a_plugin_of_one_self_does_not_read_for_another(
    fresh_self: Self, sealed_self: Self, site: Path
) -> None:
    install(site)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    from afterself.importers.plugins import enable, enabled, the_plugin

    assert enabled(sealed_self) == {}
    enable(sealed_self, the_plugin("knots"))
    assert enabled(sealed_self) == {"knots": ("knots-for-afterself", "1.0")}
    assert b"knots-for-afterself" not in b"".join(
        one.read_bytes() for one in sealed_self.path.rglob("*") if one.is_file()
    )


def test_without_a_terminal_it_is_not_enabled_unless_that_is_said(fresh_self: Self, site: Path) -> None:
    module = install(site)
    refused = run(fresh_self, "plugins", "enable", "knots")
    assert refused.code == 2
    assert "sees everything that you import" in refused.err and "plugins enable knots --yes" in refused.err
    assert module not in sys.modules and states(fresh_self) == {"knots": "not enabled"}


@pytest.mark.parametrize(("answer", "state"), [("y", "enabled"), ("n", "not enabled")])
def test_at_a_terminal_it_says_what_a_plugin_is_and_asks(
    fresh_self: Self, site: Path, monkeypatch: pytest.MonkeyPatch, answer: str, state: str
) -> None:
    install(site)
    monkeypatch.setattr(plugins_command, "interactive", lambda: True)
    asked = afterself("--self", fresh_self.path, "plugins", "enable", "knots", stdin=f"{answer}\n".encode())
    assert "a program that somebody else wrote" in asked.out
    assert states(fresh_self) == {"knots": state}


def test_another_version_than_the_enabled_one_is_not_loaded_until_it_is_enabled(
    fresh_self: Self, site: Path, export: Path
) -> None:
    install(site)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    module = install(site, version="1.1")
    assert states(fresh_self) == {"knots": "changed"}
    refused = run(fresh_self, "import", export)
    assert refused.code == 5 and "1.1 is not what was enabled, knots-for-afterself 1.0" in refused.err
    assert module not in sys.modules
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    assert run(fresh_self, "import", export).code == 0


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("def (", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("Knots = 3", "api"),
        (IMPORTER.replace("api = 1", "api = 99"), "contract 99"),
        (IMPORTER.replace('version = "1"', "version = None"), "lacks version"),
        (IMPORTER.replace('"knots"', '"whatsapp"', 1), "that of the built-in importer “WhatsApp"),
        (IMPORTER.replace("def open", "def opened"), "no method open"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_an_error_that_names_it(
    fresh_self: Self, site: Path, code: str, why: str
) -> None:
    install(site, code)
    refused = run(fresh_self, "plugins", "enable", "knots", "--yes")
    assert refused.code == 2
    assert "“knots” (knots-for-afterself 1.0)" in refused.err and why in refused.err
    assert states(fresh_self) == {"knots": "not enabled"}


FAULTS = {
    "no longer loads": ("class Knots", "raise RuntimeError('gone wrong')\nclass Knots"),
    "fails when asked": ("found = tuple", "source.open('no such member')\n        found = tuple"),
    "ends the program when asked": ("found = tuple", "raise SystemExit(9)\n        found = tuple"),
    "claims what is not there": ('if found else 0.0, "knots", "", found', ', "knots", "", ("none",)'),
    "answers nonsense": ("return Detection(0.9", "return 5\n        return Detection(0.9"),
    "lists what is not there": ('"", found)', '"", found, (), ("none",))'),
    "lists what is no name": ('"", found)', '"", found, (), (5,))'),
    "attaches what is not there": ('"", found)', '"", found, ("none",))'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_plugin_that_breaks_later_is_named_and_everything_else_is_imported(
    fresh_self: Self, site: Path, export: Path, fault: str
) -> None:
    module = install(site)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    (site / f"{module}.py").write_text(IMPORTER.replace(*FAULTS[fault]), "utf-8")
    del sys.modules[module]
    chat = export.with_name("WhatsApp Chat with Ben.txt")
    chat.write_text(CHAT)
    done = run(fresh_self, "import", chat, "--json")
    assert done.code == 0 and json.loads(done.out)["new"] == 2
    assert "“knots” (knots-for-afterself 1.0)" in done.err and "Traceback" not in done.err
    assert run(fresh_self, "import", export).code == 5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("yield ThreadDraft", "raise KeyError('over and under')\n            yield ThreadDraft"),
            "KeyError",
        ),
        (("yield ThreadDraft", "raise SystemExit(9)\n            yield ThreadDraft"), "SystemExit"),
        (("line.decode(), ", "line, "), "RecordDraft.text is not of its type"),
        (('Person("mila", "Mila")', '"Mila"'), "RecordDraft.author is not of its type"),
        (('yield ThreadDraft("string", "String", "note")', "pass"), "its thread was not declared before it"),
        (("yield RecordDraft(", "yield ("), "it is no draft, but tuple"),
    ],
)
def test_a_plugin_that_reads_wrongly_costs_its_own_records_and_is_told(
    fresh_self: Self, site: Path, export: Path, change: tuple[str, str], told: str
) -> None:
    code = IMPORTER.replace(*change)
    if "yield (" in code:
        code = code.replace("native_id=str(number),", "")
        code = code.replace("Locator(name, row=number), ", "Locator(name, row=number),")
    install(site, code)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    refused = run(fresh_self, "import", export)
    assert refused.code == 5 and told in refused.err, refused.err
    assert "over and under" not in refused.err and "Traceback" not in refused.err


RECORD = "                    yield RecordDraft("
FAILS_LATE = IMPORTER.replace(RECORD, f"{' ' * 20}if number: raise ValueError(line)\n{RECORD}")
"""A plugin that fails on its second record, after it gave one."""


def downloads(tmp_path: Path, export: Path) -> Path:
    """A folder with the plugin's export, and a chat apart from it that is none of its."""
    folder = tmp_path / "Downloads"
    (folder / "chats").mkdir(parents=True)
    export.rename(folder / export.name)
    (folder / "chats" / "WhatsApp Chat with Ben.txt").write_text(CHAT)
    return folder


@pytest.mark.parametrize("packed", ["folder", "zip"])
def test_a_plugin_that_fails_on_its_files_of_a_folder_is_told_and_the_other_files_are_imported(
    fresh_self: Self, site: Path, export: Path, tmp_path: Path, packed: str
) -> None:
    install(site, FAILS_LATE)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    folder = downloads(tmp_path, export)
    source = Path(shutil.make_archive(str(folder), "zip", folder)) if packed == "zip" else folder
    done = run(fresh_self, "import", source, "--yes", "--json")
    assert done.code == 0 and "Traceback" not in done.err, done.err
    assert done.json["new"] == 2
    ((why, count),) = done.json["skipped"].items()
    assert count == 1 and "“knots” (knots-for-afterself 1.0) failed (ValueError)" in why
    assert [one["where"] for one in done.json["problems"] if one["severity"] == "skipped"] == [export.name]
    assert {one["text"] for one in run(fresh_self, "records", "--json").lines} == {"hi", "ho"}
    assert run(fresh_self, "verify").code == 0
    again = run(fresh_self, "import", source, "--yes", "--json")
    assert again.code == 0 and (again.json["new"], again.json["same"]) == (0, 2)


def test_of_a_large_source_the_pieces_stay_that_a_plugin_gave_before_it_failed(
    fresh_self: Self, site: Path, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "PIECE", 1)
    install(site, FAILS_LATE)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    refused = run(fresh_self, "import", export)
    assert refused.code == 5 and "1 records are stored already" in refused.err
    folder = downloads(tmp_path, export)
    done = run(fresh_self, "import", folder, "--yes", "--json")
    assert done.code == 0 and done.json["new"] == 2
    texts = {one["text"] for one in run(fresh_self, "records", "--json").lines}
    assert texts == {"hi", "ho", "over and under"}


def test_two_packages_with_one_name_are_refused_and_both_named(fresh_self: Self, site: Path) -> None:
    install(site)
    install(site, package="other-knots")
    refused = run(fresh_self, "plugins", "enable", "knots", "--yes")
    assert refused.code == 2 and "knots-for-afterself, other-knots" in refused.err


def test_a_plugin_that_is_gone_is_named_and_can_be_disabled(
    fresh_self: Self, site: Path, export: Path
) -> None:
    module = install(site)
    run(fresh_self, "plugins", "enable", "knots", "--yes")
    for file in site.glob("*.dist-info/*"):
        file.unlink()
    (site / f"{module}.py").unlink()
    assert states(fresh_self) == {"knots": "gone"}
    chat = export.with_name("WhatsApp Chat with Ben.txt")
    chat.write_text(CHAT)
    done = run(fresh_self, "import", chat)
    assert done.code == 0 and "No installed package offers a plugin “knots”" in done.err
    assert run(fresh_self, "plugins", "disable", "knots").code == 0
    assert run(fresh_self, "import", chat).err == ""
    assert run(fresh_self, "plugins", "disable", "knots").code == 2


def test_a_name_that_nothing_offers_is_an_error_with_the_names_there_are(
    fresh_self: Self, site: Path
) -> None:
    install(site)
    refused = run(fresh_self, "plugins", "enable", "knot", "--yes")
    assert refused.code == 2 and "Installed: knots" in refused.err
