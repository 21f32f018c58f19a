"""Nobody opens a file inside a self but through its one door, so nothing is left readable by mistake."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import afterself

SOURCE = Path(afterself.__file__).parent

OPENERS = {
    "open", "fdopen", "read_bytes", "read_text", "write_bytes", "write_text", "fromfile", "tofile",
    "copyfile", "copy", "copy2", "copyfileobj", "save_file", "load_file", "write_atomic", "atomic_file",
    "replacing", "save_pretrained", "from_pretrained",
}  # fmt: skip
"""Names of calls that open, read or write a file."""

THE_DOOR = "home/"
"""What builds the door: everything in this package knows how a self's files are kept."""

ELSEWHERE = {
    "archive/changes.py": "the machine's id",
    "archive/clearing.py": "the journal of archive.db, to force its cut to the disk",
    "archive/database.py": "archive.db, encrypted by its own library; an empty private file is made first",
    "archive/encryption.py": "archive.db in both forms, under conversion",
    "cli/correct_command.py": "the file of an editor: in memory for an encrypted self",
    "cli/faults.py": "the null device",
    "cli/evaluate_command.py": "the page, written out where the person says",
    "cli/topics_command.py": "a page outside the self, where its user wants it",
    "cli/encryption_commands.py": "recovery words, written where the person says",
    "cli/passphrases.py": "the passphrase file",
    "cli/shell.py": "a new file where the person says",
    "custody/bundle.py": "a bundle, where the person says",
    "custody/packing.py": "a bundle, and the files of a self as they lie: sealed ones stay sealed",
    "custody/unpacking.py": "files of a self as they lay in it: sealed ones stay sealed",
    "memory/embedder_folder.py": "an embedding model's folder that the person names",
    "memory/embedding.py": "word vectors of the package",
    "memory/reranking.py": "weights of the package",
    "memory/support/synonyms.py": "a thesaurus of the package",
    "models/bases.py": "public base models and their cache",
    "models/gguf_lora.py": "a path that its caller gives; in a self it leads into memory",
    "models/gguf_metadata.py": "a path that its caller gives; in a self it leads into memory",
    "models/gguf_vocab.py": "the tokenizer of a public base",
    "models/json_object.py": "a path that its caller gives; in a self it leads into memory",
    "models/probe/languages.py": "sentences of the package",
    "models/probe/report.py": "what was found out about a public base, beside it or in the cache",
    "models/safetensors_read.py": "a path that its caller gives; in a self it leads into memory",
    "training/in_memory.py": "links into memory (Files.staged)",
    "training/weights.py": "the staged folder, in memory for an encrypted self; fsync of sealed files",
}
"""Modules that open files which are not a self's, or not by themselves, and which."""

FOREIGN = (
    "importers/",
    "cli/reading.py",
    "cli/dataset_command.py",
    "cli/import_command.py",
    "cli/map_tables.py",
    "cli/doctor_",
    "demo/",
    "testing/",
)
"""What reads exports and files that a person names, or looks at the machine."""


def openers(path: Path) -> set[str]:
    """Names of the calls in a module that open a file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        through = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
        if name not in OPENERS or through.endswith(("files", "sealed", "plain")):
            continue
        if name == "copy" and not node.args:
            continue  # of an array, a set or a dict
        if through in ("Self", "Talk", "_opener", "source", "importer", "self._source", "self._touched"):
            continue  # opening of another kind
        found.add(name)
    return found


MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}


@pytest.mark.parametrize("name", MODULES)
def test_no_file_of_a_self_is_opened_but_through_its_door(name: str) -> None:
    if name.startswith((THE_DOOR, *FOREIGN)) or name in ELSEWHERE:
        return
    assert openers(MODULES[name]) == set(), f"use self_.files, or say in ELSEWHERE which files {name} opens"


def test_what_is_said_to_open_files_does() -> None:
    assert [name for name in ELSEWHERE if name not in MODULES or not openers(MODULES[name])] == []
