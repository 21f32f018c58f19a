"""Hand-written exports of Telegram and of assistants, and what a careful reader finds in them.

`telegram/` and `assistants/` hold them; their READMEs say how a golden is to be read. The exports are laid
out as a person gets them (a folder, a zip), read by the importers and imported into a self.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

from afterself.archive.drafts import RecordDraft
from afterself.importers.contract import Options
from afterself.policy.view import ViewRecord

HERE = Path(__file__).parent
_SUFFIX = ".result.json"
TELEGRAM = sorted(
    f"telegram/{path.name.removesuffix(_SUFFIX)}" for path in (HERE / "telegram").glob(f"*{_SUFFIX}")
)
ASSISTANTS = sorted(f"assistants/{path.name}" for path in (HERE / "assistants").iterdir() if path.is_dir())


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def options_of(name: str) -> Options:
    wanted = golden(name)
    return Options(me=(wanted["owner"],) if wanted["owner"] else (), zone=wanted["zone"])


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
    path = folder / "export-2024.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for member in sorted((HERE / name).iterdir()):
            packed.write(member, member.name)
    return path


def differences(wanted: dict[str, Any], draft: RecordDraft, stored: ViewRecord) -> list[str]:
    """Where a record is not what its golden says; a key that the golden lacks is not judged."""
    said_at = stored.said_at and stored.said_at.replace(microsecond=0).isoformat()
    found: dict[str, Any] = {
        "author": stored.author_name if draft.author else None,
        "handle": draft.author and draft.author.handle,
        "is_owner": stored.is_owner,
        "kind": stored.kind,
        "said_at": said_at,
        "text": stored.text,
        "reply_to": draft.reply_to,
        "forwarded_from": draft.forwarded_from,
        "edited": draft.edited,
    }
    told = [
        f"{wanted['id']}: {key} is {found[key]!r}, should be {wanted[key]!r}"
        for key in found
        if key in wanted and found[key] not in _any_of(wanted[key])
    ]
    own = " ".join(stored.own_text.split())
    if "own_text" in wanted and own != wanted["own_text"]:
        told.append(f"{wanted['id']}: own words are {own!r}, should be {wanted['own_text']!r}")
    if not stored.text.startswith(wanted.get("text_starts", "")):
        told.append(f"{wanted['id']}: text is {stored.text!r}")
    states = [[one.name, one.state] for one in stored.attachments]
    if "attachments" in wanted and not _fit(states, wanted["attachments"]):
        told.append(f"{wanted['id']}: attachments are {states}, should be {wanted['attachments']}")
    return told


def _any_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


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
    for model in wanted:
        found = next((one for one in left if one.native_id == model["id"].rstrip("?")), None)
        if found is None:
            told += [] if model["id"].endswith("?") else [f"{model['id']}: not read"]
            continue
        left.remove(found)
        pairs.append((model, found))
    return pairs, told + [f"{one.native_id}: nobody said that: {one.text!r}" for one in left]
