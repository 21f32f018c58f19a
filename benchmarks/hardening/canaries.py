"""A distinct word in every field of an export and of every answer: where it turns up that it must not.

    PYTHONPATH=src python -m benchmarks.hardening.canaries [--encrypted]

Walks the road, with errors forced at many places, and searches standard error, temporary files (also while a
command runs), argument lists and environments of the commands and of what they start, home and cache
folders, names of files, audit log and manifests; and after everything was forgotten all bytes of the self. Of
an encrypted self every file, after every command, and in the end every decrypted byte. What a command prints
because it was asked to, and what the person typed on its command line, is no leak.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.hardening import road
from benchmarks.hardening.results import Lines
from benchmarks.hardening.soundness import copied, decrypted

from afterself.home.folder import Self

RESULTS = Path(__file__).parents[1] / "results" / "canaries.jsonl"
ENCRYPTED_RESULTS = RESULTS.with_name("canaries_encrypted.jsonl")
FIELDS = (
    "text", "author", "title", "file", "member", "attachment", "recipient", "reply_to", "native", "language",
    "quoted", "kind", "time", "damaged", "system", "placeholder", "owner", "me", "declared", "question",
    "talked", "context", "searched", "group", "own", "contact", "chat", "other", "zipname", "asked", "pass",
)  # fmt: skip
FAULT = """
import sys
from afterself.archive.importing import ImportRun
from afterself.policy import View
from afterself.memory.ask import Memory
def fail(self, draft, *rest):
    raise KeyError(getattr(draft, "text", draft))
ImportRun.put_record = fail
Memory.ask = fail
View._record = fail
from afterself.cli import main
main()
"""
"""`afterself` in which what it works on breaks it, with the text itself as the error's message."""
SMALL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60 << 10, 60 << 10))
from afterself.cli import main
main()
"""
"""`afterself` on a disk that takes no file above 60 KiB."""


def words(seed: int = 1) -> dict[str, str]:
    """A word for each field that stands nowhere else; no two share a beginning, none has a stem."""
    rng = random.Random(seed)
    return {name: "".join(rng.choices("bcdfghjkmpqvwxz", k=11)) for name in FIELDS}


@dataclass
class Watch:
    """What was found, and the look into temporary files and child processes while a command runs."""

    shop: road.Workshop
    canaries: dict[str, str]
    lines: Lines
    step: str = ""
    allowed: tuple[str, ...] = ()
    found: set[tuple[str, str, str]] = field(default_factory=set)
    looks: int = 0
    children: set[int] = field(default_factory=set)
    sealed: Path | None = None
    """The self of which no file may show a canary, as it is encrypted."""

    def told(self, where: str, data: bytes, *, allowed: Sequence[str] = ()) -> None:
        """Note every canary in `data` that may not be there."""
        low = data.lower()
        for name, word in self.canaries.items():
            # Indexes leave out the letters that two neighbours share, so the first two are not asked for.
            if word not in allowed and word[2:].encode() in low:
                self.found.add((self.step, where, name))

    def files(self, folder: Path, where: str, *, contents: bool = True) -> None:
        """Look through names and contents of all files under a folder."""
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            self.told(f"{where}: a name", str(path.relative_to(folder)).encode())
            if contents and path.is_file():
                try:
                    self.told(where, path.read_bytes())
                except OSError:
                    continue

    def run(self, *arguments: object, program: str | None = None, stdin: str = "") -> road.Ran:
        """Run a command and look at it from outside until it ends."""
        typed = " ".join(map(str, arguments))
        self.step = " ".join(str(one) for one in arguments if not str(one).startswith("/"))[:60]
        for name, word in self.canaries.items():
            self.step = self.step.replace(word, f"<{name}>")
        given = self.shop.folder / "stdin"
        given.write_text(stdin, encoding="utf-8")
        running = self.shop.start(*arguments, program=program, stdin=given)
        over, typed_ones = threading.Event(), [word for word in self.canaries.values() if word in typed]
        looking = threading.Thread(target=self._look, args=(running.pid, over, typed_ones))
        looking.start()
        ran = self.shop.told(running)
        over.set()
        looking.join()
        self.told("standard error", ran.err.encode(), allowed=typed_ones)
        if "Traceback" in ran.err:
            self.found.add((self.step, "standard error", "a traceback"))
        self.files(self.shop.temporary, "left in the temporary folder")
        if self.sealed is not None:
            self.files(self.sealed, "a file of the encrypted self")
        leaks = [f"{where}: {name}" for step, where, name in sorted(self.found) if step == self.step]
        self.lines.add(step=self.step, code=ran.code, leaks=leaks)
        return ran

    def _look(self, pid: int, over: threading.Event, typed: Sequence[str]) -> None:
        while not over.is_set():
            self.looks += 1
            self.files(self.shop.temporary, "temporary folder while it runs")
            self.process(pid, "the command", allowed=typed)
            for child in descendants(pid):
                self.children.add(child)
                self.process(child, "a process it started")
            time.sleep(0.05)

    def process(self, pid: int, who: str, *, allowed: Sequence[str] = ()) -> None:
        """Look at the arguments and the environment of a process."""
        for what in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                self.told(f"{what} of {who}", Path(f"/proc/{pid}/{what}").read_bytes(), allowed=allowed)


def descendants(pid: int) -> Iterator[int]:
    """Processes that this process started, and those that they started."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [int(one) for task in tasks for one in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from descendants(child)


def exports(folder: Path, c: dict[str, str]) -> dict[str, Path]:
    """An export for each format with a canary in every field, and damaged ones."""
    inbox = folder / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir(parents=True)
    who, me = f"Cara {c['contact']}", f"Ida {c['owner']}"
    said = [(who, c["chat"]), (me, c["own"])] * 20
    chat = [f"12/01/2021, 09:{n:02} - {name}: bread {n} {word}" for n, (name, word) in enumerate(said)]
    chat[4:4] = [
        f"12/01/2021, 09:03 - {who} added Zed {c['system']}",
        f"12/01/2021, 09:03 - {who}: {c['attachment']}.jpg (file attached)\n{c['placeholder']}",
        f"12/01/2021, 09:03 - {who}: This message was deleted",
    ]
    packed = inbox / f"WhatsApp Chat with Cara {c['zipname']}.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(f"WhatsApp Chat with {who}.txt", "\n".join(chat) + "\n")
        file.writestr(f"{c['attachment']}.jpg", b"\xff\xd8" + c["member"].encode())
    rows = [
        {"conversation": f"talk {c['title']}", "time": f"2021-03-{1 + n % 28:02}T05:06:07Z",
         "id": f"{c['native']}{n}", "author": f"Abe {c['author']}" if n % 2 else me,
         "text": f"tea {n} {c['text']}",
         "recipients": [f"Rex {c['recipient']}"], "reply_to": f"{c['native']}{n - 1}" if n else c["reply_to"],
         "language": "en"}
        for n in range(60)
    ]  # fmt: skip
    lines = [json.dumps(row) for row in rows]
    lines += [
        json.dumps({**rows[0], "id": "x1", "time": c["time"]}),
        json.dumps({**rows[0], "id": "x2", "kind": c["kind"]}),
        json.dumps({**rows[0], "id": "x3", "language": c["language"]}),
        json.dumps({**rows[0], "text": c["damaged"]})[:-4],
        json.dumps({**rows[0], "id": "x4", "text": f"> {c['quoted']}\nyes"}),
        json.dumps({**rows[0], "id": "x5", "conversation": c["group"], "author": f"Oto {c['other']}"}),
    ]  # fmt: skip
    good = inbox / f"{c['file']}.jsonl"
    good.write_text("\n".join(lines) + "\n", encoding="utf-8")
    damaged = inbox / "damaged.zip"
    damaged.write_bytes(packed.read_bytes()[:-300])
    broken = inbox / "broken.jsonl"
    broken.write_text(
        '{"conversation":"' + c["damaged"] + '","text":"' + c["damaged"] + "\n", encoding="utf-8"
    )
    unknown = inbox / "unknown.bin"
    unknown.write_bytes(c["damaged"].encode() * 50 + bytes(100))
    return {"chat": packed, "rows": good, "damaged": damaged, "broken": broken, "unknown": unknown}


def walk(watch: Watch, base: Path) -> Path:
    """The road, right and wrong turns; gives the self."""
    c, shop = watch.canaries, watch.shop
    self_ = shop.folder / "ida"
    shutil.rmtree(self_, ignore_errors=True)
    paths = exports(shop.folder, c)
    on = ("--self", self_)

    def run(*words: object, program: str | None = None, stdin: str = "") -> road.Ran:
        return watch.run(*on, *words, program=program, stdin=stdin)

    encrypted = shop.passphrase_file is not None
    watch.run(*road.new_arguments(self_, f"Ida {c['declared']}", encrypted=encrypted))
    watch.sealed = self_ if encrypted else None
    me = f"Ida {c['owner']},{c['me']}"
    for path in ("damaged", "broken", "unknown"):
        run("import", paths[path], "--me", me, "--yes")
    for program in (FAULT, SMALL):
        run("import", paths["chat"], paths["rows"], "--me", me, "--yes", program=program)
    run("import", paths["rows"], "--me", me, "--yes")
    run("import", paths["chat"], "--me", me, "--yes", "--json")
    run("import", "-", "--yes", "--json", stdin='{"conversation": "' + c["damaged"])
    run("people")
    run("people", "me", c["asked"])
    run("people", "me", "--", f"Ida {c['owner']}")
    run("status")
    run("doctor")
    run("records", "--json")
    run("records", "--thread", c["asked"])
    run("search", c["searched"])
    run("search", f'"{c["text"]} AND (')
    run("ask", "-", stdin=f"Who had tea {c['question']}?")
    run("ask", "--file", "-", stdin=json.dumps({"question": f"what is {c['question']}"}) + "\n")
    run("ask", "--file", "-", stdin='{"question": "' + c["question"])
    for words_ in (("ask", "tea"), ("records",), ("search", "tea"), ("dataset", "--base", base)):
        run(*words_, program=FAULT)
    run("dataset", "--base", base, "--export", shop.folder / "chats.jsonl")
    run("dataset", "--base", base, "--export", shop.folder / "no folder" / "chats.jsonl")
    run("dataset", "--base", base, "--preview", 1)
    watch.run(*road.train_arguments(self_, base, epochs=0.3), program=SMALL)
    watch.run(*road.train_arguments(self_, base, "--exclude-thread", "nowhere", epochs=0.3))
    watch.run(*road.train_arguments(self_, base, epochs=0.3))
    run(
        "talk",
        "--seed",
        1,
        stdin=f"hello {c['talked']}\nWho had tea {c['talked']}?\n/to {c['talked']}\n/history\n",
    )
    contexts = json.dumps({"context": [{"author": c["context"], "text": c["context"]}]})
    run("reply", "--file", "-", "--json", stdin=contexts + "\n")
    run("reply", "--file", "-", "--json", stdin=contexts[:-3])
    reply = json.dumps({"context": [{"author": "Ben", "text": c["context"]}], "text": c["context"]})
    run("score", "--file", "-", "--json", stdin=reply + "\n")
    if "evaluate" in run("--help").out:
        run("evaluate", "--json")
    if "pack" in run("--help").out:
        run("pack", shop.folder / "ida.pack")
    return self_


def look_at(watch: Watch, self_: Path) -> None:
    """What lies about after the road: names in the self, log, manifests, home, cache."""
    watch.step = "after the road"
    watch.files(self_, "names in the self", contents=watch.sealed is not None)
    watch.told("audit.log", (self_ / "audit.log").read_bytes())
    for manifest in self_.glob("weights/*/*.json"):
        if manifest.name != "tokenizer.json":
            watch.told(f"weights/{manifest.name}", manifest.read_bytes())
    for place in ("cache", "home"):
        watch.files(watch.shop.folder / place, f"{place} folder")


def forget(watch: Watch, self_: Path) -> None:
    """Forget every contact and then every record that is left, and look at all bytes of the self."""
    c, opens = watch.canaries, watch.shop.passphrase_file
    planted = everything(watch, self_)
    watch.lines.add(step="before forgetting", in_the_self=planted)
    for who in (f"Cara {c['contact']}", f"Abe {c['author']}", f"Oto {c['other']}", f"Rex {c['recipient']}"):
        watch.run("--self", self_, "forget", "--contact", who, "--with-replies", "--yes")
    watch.step = "after forgetting all contacts"
    left = [
        json.loads(line)["id"] for line in watch.run("--self", self_, "records", "--json").out.splitlines()
    ]
    for start in range(0, len(left), 50):
        watch.run("--self", self_, "forget", *left[start : start + 50], "--yes")
    watch.step = "after forgetting everything"
    # Who the self is of is declared, and who the owner is stands in the archive: that is not forgotten.
    kept = [name for name in everything(watch, self_) if name not in ("declared", "owner")]
    for name in kept:
        watch.found.add((watch.step, "a decrypted file" if opens else "a file", name))
    leaks = sorted(f"{where}: {name}" for step, where, name in watch.found if step == watch.step)
    watch.lines.add(step=watch.step, left=len(left), leaks=leaks)


def everything(watch: Watch, self_: Path) -> list[str]:
    """The canaries in all bytes of a self, decrypted where it is encrypted, free pages and indexes too."""
    opens = watch.shop.passphrase_file
    if opens is None:
        data = b"".join(path.read_bytes() for path in self_.rglob("*") if path.is_file())
    else:
        with copied(self_) as copy:
            data = b"".join(decrypted(Self.open(copy, opens.read_text().strip())))
    return [name for name, word in watch.canaries.items() if word[2:].encode() in data.lower()]


def main(arguments: Iterable[str] | None = None) -> int:
    """Walk, look, forget, look; 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-canaries")
    parser.add_argument("--encrypted", action="store_true", help="a self with a passphrase")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    if asked.results is None:
        asked.results = ENCRYPTED_RESULTS if asked.encrypted else RESULTS
    asked.results.unlink(missing_ok=True)
    shutil.rmtree(asked.work, ignore_errors=True)
    asked.work.mkdir(parents=True)
    canaries, opens = words(), None
    if asked.encrypted:
        opens = asked.work.resolve() / "passphrase.txt"
        opens.write_text(f"seven {canaries['pass']} lanterns\n")
        opens.chmod(0o600)
    shop = road.Workshop(asked.work.resolve(), opens)
    os.environ["HOME"] = str(shop.folder / "home")
    (shop.folder / "home").mkdir()
    watch = Watch(shop, canaries, Lines(asked.results))
    self_ = walk(watch, road.tiny_base(shop.folder / "base"))
    look_at(watch, self_)
    forget(watch, self_)
    summary: dict[str, Any] = {
        "canaries": len(FIELDS), "commands": sum("code" in line for line in watch.lines.done),
        "looks": watch.looks,
        "processes_started_by_commands": len(watch.children),
        "leaks": sorted(" | ".join(one) for one in watch.found),
    }  # fmt: skip
    watch.lines.add(**summary)
    return bool(watch.found)


if __name__ == "__main__":
    sys.exit(main())
