"""What the hardening scripts stand on: an invented person's exports, and real commands in own processes.

Every command is `python -m afterself` with its own folder for temporary files and its own cache, so that
what it leaves anywhere can be looked at. Nothing here judges: that is the business of `damage.py`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

OWNER, CONTACT = "Ida Fictional", "Anna"
_DEEDS = ("took the train", "baked bread", "lost the key", "planted beans", "called twice", "can't come")
_WHEN = ("at six", "on Sunday", "before the rain", "tomorrow")
_BEGIN = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)

OFTEN = """
from afterself.training import checkpoint
checkpoint.SECONDS, checkpoint.SHARE = 0.0, 0
from afterself.cli import main
main()
"""
"""`afterself` that writes its checkpoint after every step, as a long run does after every minute."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of an export."""

    at: datetime
    author: str
    text: str


def messages(days: int, *, contact: str = CONTACT, seed: int = 1) -> list[Said]:
    """Two messages a day between contact and owner; a longer talk begins as a shorter one does."""
    said = []
    for day in range(days):
        rng = random.Random(f"{seed}/{contact}/{day}")
        at = _BEGIN + timedelta(days=day, minutes=rng.randrange(600))
        deed, when = rng.choice(_DEEDS), rng.choice(_WHEN)
        said.append(Said(at, contact, f"who {deed} {when}?"))
        answer = f"why, my dear, {contact} {deed} {when}, to be sure"
        said.append(Said(at + timedelta(minutes=1), OWNER, answer))
    return said


def whatsapp_zip(path: Path, said: Sequence[Said]) -> Path:
    """The messages as WhatsApp exports a chat with media: a zip with one text and two pictures."""
    lines = [f"[{one.at:%d/%m/%Y, %H:%M:%S}] {one.author}: {one.text}\r\n" for one in said]
    for name in ("00000001-PHOTO-2020-01-06-09-00-00.jpg", "00000002-PHOTO-2020-01-07-09-00-00.jpg"):
        lines.append(f"[{said[-1].at:%d/%m/%Y, %H:%M:%S}] {OWNER}: \u200e<attached: {name}>\r\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("_chat.txt", "".join(lines))
        for n in (1, 2):
            photo = random.Random(n).randbytes(200_000)
            packed.writestr(f"0000000{n}-PHOTO-2020-01-0{n + 5}-09-00-00.jpg", photo)
    return path


def json_lines(path: Path, said: Sequence[Said], conversation: str = "kitchen") -> Path:
    """The messages in the generic format."""
    rows = (
        {"conversation": conversation, "time": one.at.isoformat(), "author": one.author, "text": one.text}
        for one in said
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Ran:
    """One command that came to an end."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder in which commands run: `temporary` and `cache` are theirs alone."""

    folder: Path
    passphrase_file: Path | None = None
    """What opens the selves, if they are encrypted."""

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a command: ours, with the workshop's folders, one thread, no network."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        source = str(Path(__file__).parents[2] / "src")
        named = (
            {} if self.passphrase_file is None else {"AFTERSELF_PASSPHRASE_FILE": str(self.passphrase_file)}
        )
        return {
            **os.environ, **named, "PYTHONPATH": source,
            "TMPDIR": str(self.temporary), "XDG_CACHE_HOME": str(self.cache),
            "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", **(more or {}),
        }  # fmt: skip

    def start(
        self, *arguments: object, program: str | None = None, stdin: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command; its output goes to files in the workshop (a full pipe would stop it)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        code = ["-m", "afterself"] if program is None else ["-c", program]
        given = open(stdin or os.devnull, "rb")  # noqa: PTH123, SIM115  (closed below)
        with given, (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            return subprocess.Popen(
                [sys.executable, *code, *map(str, arguments)],
                stdin=given, stdout=out, stderr=err, env=self.environment(), cwd=self.folder,
            )  # fmt: skip

    def told(self, running: subprocess.Popen[bytes]) -> Ran:
        """Wait for the end of a command that `start` gave, and read what it said."""
        code = running.wait()
        texts = (
            (self.folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err")
        )
        return Ran(code, *texts)

    def run(self, *arguments: object, program: str | None = None, stdin: Path | None = None) -> Ran:
        """Run a command to its end."""
        return self.told(self.start(*arguments, program=program, stdin=stdin))


def new_arguments(self_: Path, name: str = OWNER, *, encrypted: bool = False) -> list[object]:
    """`afterself … new` for an invented person who may be trained and talked with."""
    return [
        "--self", self_, "new", "--name", name, "--right", "fictional", "--allow", "archive,train,talk",
        *([] if encrypted else ["--no-passphrase"]), "--yes",
    ]  # fmt: skip


def train_arguments(self_: Path, base: Path, *more: object, epochs: float = 4) -> list[object]:
    """`afterself … train` on a very small base, in seconds."""
    return [
        "--self", self_, "train", "--base", base, "--method", "full", "--epochs", epochs, "--context", 128,
        "--publish-anyway", "--yes", *more,
    ]  # fmt: skip


def tiny_base(folder: Path) -> Path:
    """A random base of 0.1M parameters, as the tests make it."""
    if not (folder / "model.safetensors").is_file():
        from tests.models.tiny_model import write_tiny_base

        write_tiny_base(folder)
    return folder
