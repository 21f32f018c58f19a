"""Hand-written exports of Telegram, assistants and other formats, and what a careful reader finds in them.

`telegram/`, `assistants/` and `foreign_fixtures/` hold them; their READMEs say how a golden is to be read.
The exports are laid out as a person gets them (a folder, a zip), read by the importers and imported.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from afterself.archive.drafts import RecordDraft
from afterself.archive.keys import hash_raw, native_key, raw_key, thread_key
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.policy import open_view
from afterself.policy.view import ThreadInfo, ViewRecord

HERE = Path(__file__).parent
_SUFFIX = ".result.json"
TELEGRAM = sorted(
    f"telegram/{path.name.removesuffix(_SUFFIX)}" for path in (HERE / "telegram").glob(f"*{_SUFFIX}")
)
ASSISTANTS = sorted(f"assistants/{path.name}" for path in (HERE / "assistants").iterdir() if path.is_dir())
FOREIGN = sorted(
    path.relative_to(HERE).with_suffix("").as_posix() for path in (HERE / "foreign_fixtures").glob("*/*.json")
)


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def options_of(name: str) -> Options:
    wanted = golden(name)
    owner = wanted["owner"] or ()
    return Options(me=(owner,) if isinstance(owner, str) else tuple(owner), zone=wanted["zone"])


def laid_out(name: str, folder: Path) -> Path:
    """The export as it lies in the person's Downloads."""
    if name.startswith("telegram/"):
        export = folder / "ChatExport_2022-03-07"
        export.mkdir()
        shutil.copy(HERE / f"{name}{_SUFFIX}", export / "result.json")
        for member in golden(name).get("members", ()):
            (export / member).parent.mkdir(exist_ok=True)
            (export / member).write_bytes(b"not really media")
        return export
    if name.startswith("foreign_fixtures/"):
        return _laid_out_as(golden(name)["as"], name, folder)
    return _zipped(HERE / name, folder / "export-2024.zip")


def _laid_out_as(wanted: str, name: str, folder: Path) -> Path:
    """A zip or tar of the fixture's folder, the folder, or its only file; zips inside are packed first."""
    export = folder / f"{name.rpartition('/')[2]}-laid-out"
    shutil.copytree(HERE / name, export)
    for member in golden(name).get("members", ()):
        (export / member).parent.mkdir(parents=True, exist_ok=True)
        (export / member).write_bytes(b"not really media")
    for inner in sorted(path for path in export.rglob("*.zip") if path.is_dir()):
        unpacked = inner.rename(inner.with_suffix(".unpacked"))
        _zipped(unpacked, inner)
        shutil.rmtree(unpacked)
    path, only = folder / wanted, list(export.iterdir())
    if only[0].suffix == ".fast-export":
        return _repository(only[0], path)
    if wanted.endswith(".zip") and not (len(only) == 1 and only[0].is_file() and only[0].suffix == ".zip"):
        return _zipped(export, path)
    if wanted.endswith(".tar.gz"):
        with tarfile.open(path, "w:gz") as packed:
            packed.add(export, ".")
        return path
    found = only[0] if len(only) == 1 and only[0].is_file() else export
    path.parent.mkdir(parents=True, exist_ok=True)
    return found.rename(path)


def _repository(stream: Path, path: Path) -> Path:
    """A repository, checked out, of a history as `git fast-export` writes it."""
    path.mkdir(parents=True)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    plain |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for command in ("init -q -b main --template=", "fast-import --quiet", "checkout -q -f main"):
        with stream.open("rb") as history:
            subprocess.run(["git", *command.split()], cwd=path, env=plain, stdin=history, check=True)
    return path


def _zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for member in sorted(one for one in folder.rglob("*") if one.is_file()):
            packed.write(member, member.relative_to(folder).as_posix())
    return path


def stored(self_: Self) -> tuple[list[ViewRecord], list[ThreadInfo]]:
    """All that an archive holds, as far as it may be shown."""
    with open_view(self_, "retrieve") as view:
        return list(view.records()), view.threads()


def source_key_ends(drafts: list[RecordDraft]) -> list[str]:
    """What the source key of each draft ends with: its thread and native id, or hash and occurrence."""
    seen: Counter[tuple[str, str, str]] = Counter()
    ends = []
    for one in drafts:
        thread = thread_key("", "", one.thread).split("/", 2)[2]
        if one.native_id is not None:
            ends.append("/" + native_key(thread, one.native_id))
            continue
        block = (one.locator.member, one.thread, hash_raw(one.raw))
        ends.append("/" + raw_key(thread, block[2], seen[block]))
        seen[block] += 1
    return ends


def differences(wanted: dict[str, Any], draft: RecordDraft, stored: ViewRecord) -> list[str]:
    """Where a record is not what its golden says; a key that the golden lacks is not judged."""
    said_at = stored.said_at and stored.said_at.replace(microsecond=0).isoformat()
    found: dict[str, Any] = {
        "author": stored.author_name if draft.author else None,
        "handle": draft.author and draft.author.handle,
        "is_owner": stored.is_owner,
        "kind": stored.kind,
        "thread": stored.thread_title,
        "said_at": said_at,
        "precision": stored.precision,
        "text": stored.text,
        "reply_to": draft.reply_to,
        "forwarded_from": draft.forwarded_from,
        "edited": draft.edited,
        "deleted": stored.deleted,
        "visibility": draft.visibility,
        "language": draft.language,
    }
    told = [
        f"{wanted['id']}: {key} is {found[key]!r}, should be {wanted[key]!r}"
        for key in found
        if key in wanted and found[key] not in any_of(wanted[key])
    ]
    own = " ".join(stored.own_text.split())
    if "own_text" in wanted and own not in [" ".join(one.split()) for one in any_of(wanted["own_text"])]:
        told.append(f"{wanted['id']}: own words are {own!r}, should be {wanted['own_text']!r}")
    to = sorted(one.name for one in draft.recipients)
    if "recipients" in wanted and to != sorted(wanted["recipients"]):
        told.append(f"{wanted['id']}: recipients are {to}, should be {wanted['recipients']}")
    if not stored.text.startswith(wanted.get("text_starts", "")):
        told.append(f"{wanted['id']}: text is {stored.text!r}")
    states = [[one.name, one.state] for one in stored.attachments]
    if "attachments" in wanted and not _fit(states, wanted["attachments"]):
        told.append(f"{wanted['id']}: attachments are {states}, should be {wanted['attachments']}")
    return told


def _fit(found: list[list[str]], wanted: list[list[str]]) -> bool:
    return len(found) == len(wanted) and all(
        model[0] in ("*", one[0].rsplit("/", 1)[-1]) and re.fullmatch(model[1], one[1])
        for one, model in zip(found, wanted, strict=True)
    )


def paired(
    name: str, drafts: list[RecordDraft]
) -> tuple[list[tuple[dict[str, Any], RecordDraft]], list[str]]:
    """Each golden record with its draft, in order; and what one has and the other lacks."""
    wanted, left, told, pairs = list(golden(name)["records"]), list(drafts), [], []
    for model in sorted(wanted, key=lambda one: str(one["id"]).startswith("#")):
        found = _unnamed(model, left) if str(model["id"]).startswith("#") else _named(model, left)
        if found is None:
            told += [] if model["id"].endswith("?") else [f"{model['id']}: not read"]
            continue
        left.remove(found)
        pairs.append((model, found))
    return pairs, told + [f"{one.native_id}: nobody said that: {one.text!r}" for one in left]


def _named(model: dict[str, Any], drafts: list[RecordDraft]) -> RecordDraft | None:
    """The draft with a golden record's id, or (notes) from the file of that name."""
    id = model["id"].rstrip("?")
    files = (one for one in drafts if one.locator.member.rpartition("/")[2] == id)
    return next((one for one in drafts if one.native_id == id), None) or next(files, None)


def _unnamed(model: dict[str, Any], drafts: list[RecordDraft]) -> RecordDraft | None:
    """The draft that is most like a golden record without a platform's id: instant, text, author."""

    def likeness(one: RecordDraft) -> int:
        said_at = one.said_at and one.said_at.replace(microsecond=0).isoformat()
        starts = "text_starts" in model and one.text.startswith(model["text_starts"])
        same_text = starts or one.text in any_of(model.get("text", []))
        author = (one.author and one.author.name) in any_of(model.get("author", []))
        return 4 * (said_at in any_of(model.get("said_at"))) + 4 * same_text + author

    best = max(drafts, key=likeness, default=None)
    return best if best is not None and likeness(best) >= 4 else None


def any_of(value: Any) -> list[Any]:
    """A golden's value as the list of all that is right; an empty list is a value of its own."""
    return value if isinstance(value, list) and value else [value]
