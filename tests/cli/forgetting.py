"""A self to forget in: Anna's, who chats with Ben; and whether something is still in its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from afterself.home.folder import Self
from tests.cli.command_line import Ran, afterself

CANARY = 'zanzibar-canary-ü "quoted" and / slash'
CHAT = f"""12/03/2020, 10:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
12/03/2020, 10:01 - Ben Ito: are you coming?
12/03/2020, 10:02 - Anna: yes, at six
12/03/2020, 10:03 - Ben Ito: {CANARY}
second line of the canary
12/03/2020, 10:04 - Anna: fine
12/03/2020, 10:05 - Ben Ito: ok
"""


def chat_of_anna(tmp_path: Path) -> Path:
    """The folder of a self whose only chat was exported twice."""
    self_ = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    chat = tmp_path / "WhatsApp Chat with Ben Ito.txt"
    chat.write_text(CHAT, "utf-8")
    assert run(self_.path, "import", chat, "--me", "Anna", "--zone", "UTC", "--json").json["new"] == 6
    chat.write_text(CHAT + "12/03/2020, 10:06 - Anna: see you\n", "utf-8")
    assert run(self_.path, "import", chat, "--zone", "UTC", "--json").json["new"] == 1
    return self_.path


def run(folder: Path, *arguments: object) -> Ran:
    return afterself("--self", folder, *arguments)


def records(folder: Path) -> list[dict[str, Any]]:
    return run(folder, "records", "--json").lines


def id_of(folder: Path, words: str) -> str:
    return next(str(one["id"]) for one in records(folder) if words in one["text"])


def holding(folder: Path, *words: str) -> list[str]:
    """Files of the folder that hold any of the words, in any spelling an export may use."""
    needles = {
        spelled.encode(encoding)
        for word in words
        for spelled in (word, json.dumps(word)[1:-1], word.replace('"', '""'))
        for encoding in ("utf-8", "utf-16-le")
    }
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]
