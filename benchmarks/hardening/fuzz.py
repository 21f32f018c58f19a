"""Coverage-guided fuzzing of every parser of foreign exports (atheris, which is libFuzzer for Python).

    PYTHONPATH=src python -m benchmarks.hardening.fuzz --seconds 300 [--only mail,telegram]

Each format is fuzzed in a process of its own, from the fixtures of the tests and the corpus of earlier runs.
The importers' bytecode is instrumented, so that inputs which reach new branches are kept. A finding is
whatever an importer must not do: raise anything but AfterselfError, yield a draft that cannot be stored or a
record of a thread that it did not declare, take longer than 20 s, or need more than 1 GB. atheris
(Apache-2.0) is needed by this script alone: pip install atheris.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.hardening.results import Lines

if TYPE_CHECKING:
    from afterself.importers.contract import Importer
    from afterself.importers.source_view import SourceView

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks/results/fuzz.jsonl"
CORPUS = ROOT / "benchmarks/results/fuzz_corpus"
FIXTURES = ROOT / "tests/importers"
LONGEST, SLOWEST, MEMORY = 1 << 14, 20, 1024
_DONE = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)")

TARGETS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "whatsapp": ("whatsapp:WhatsAppImporter", "WhatsApp Chat with X.txt", ("whatsapp/*.txt",)),
    "telegram": ("telegram:TelegramImporter", "result.json", ("telegram/*/result.json", "telegram/*.json")),
    "chatgpt": (
        "chatgpt:ChatGptImporter",
        "conversations.json",
        ("assistants/chatgpt*/conversations*.json",),
    ),
    "claude": ("claude:ClaudeImporter", "conversations.json", ("assistants/claude*/conversations*.json",)),
    "eml": ("mail:MailImporter", "a.eml", ("mail/*.eml",)),
    "mbox": ("mail:MailImporter", "box.mbox", ("mail/*.mbox",)),
    "sms": ("sms:SmsImporter", "sms-20200101.xml", ("foreign_fixtures/sms/**/*.xml",)),
    "jsonl": ("generic:GenericImporter", "a.jsonl", ()),
    "csv": ("generic:GenericImporter", "a.csv", ()),
    "markdown": ("documents:DocumentImporter", "a.md", ("documents/vault/**/*.md",)),
    "text": ("documents:DocumentImporter", "a.txt", ("documents/vault/**/*.txt",)),
    "html": ("documents:DocumentImporter", "a.html", ("documents/vault/**/*.html",)),
    "pdf": ("documents:DocumentImporter", "a.pdf", ()),
    "docx": ("documents:DocumentImporter", "a.docx", ()),
    "odt": ("documents:DocumentImporter", "a.odt", ()),
    "zip": ("whatsapp:WhatsAppImporter", "a.zip", ()),
}
"""Of each format: its importer, the name that a file of it has, and the fixtures to begin with."""


def seeds(target: str) -> Iterator[bytes]:
    """What a format's fuzzing begins with: fixtures of the tests, and small files for what has none."""
    for pattern in TARGETS[target][2]:
        for path in sorted(FIXTURES.glob(pattern)):
            yield path.read_bytes()[:LONGEST]
    row = '{"conversation": "a", "time": "2020-01-02T03:04:05Z", "author": "Ben", "text": "hi", "id": "1"}'
    yield from {
        "jsonl": (row.encode(), f"[{row},\n{row}]".encode()),
        "csv": (b'conversation,time,author,text\na,2020-01-02,Ben,"hi ""you"""\n',),
        "html": (b"<html><head><title>a</title></head><body><p>hi <b>you</b><blockquote>so</blockquote>",),
        "pdf": (_pdf(),),
        "docx": tuple(_documents("docx")), "odt": tuple(_documents("odt")),
        "zip": (_zipped({"_chat.txt": b"[01.02.20, 09:00:00] Anna: hi\n[01.02.20, 09:01:00] Ben: ho\n"}),),
    }.get(target, ())  # fmt: skip


def source_of(target: str, data: bytes) -> SourceView:
    """What the importer is shown: the bytes as a file, or as the text of a Word or OpenDocument file."""
    from afterself.importers.source_view import SourceView

    if target == "zip":
        return SourceView._of_zip("a.zip", io.BytesIO(data), limits=_limits(), depth=1)
    if target == "docx":
        data = _zipped(
            {"[Content_Types].xml": b"<Types/>", **_parts(data, "word/document.xml", "word/comments.xml")}
        )
    elif target == "odt":
        data = _zipped({
            "mimetype": b"application/vnd.oasis.opendocument.text", **_parts(data, "content.xml", "meta.xml"),
        })  # fmt: skip
    return SourceView.of_bytes(TARGETS[target][1], data, limits=_limits())


def check(importer: Importer, target: str, data: bytes) -> None:
    """Read an input to its end; raises whatever an importer must not do."""
    from afterself.archive.drafts import RecordDraft, ThreadDraft
    from afterself.errors import AfterselfError
    from afterself.importers.contract import Options
    from afterself.importers.ingest import misfit

    declared: set[str] = set()
    try:
        source = source_of(target, data)
        importer.detect(source)
        for item in importer.open(source, Options(zone="UTC")):
            if isinstance(item, ThreadDraft):
                declared.add(item.key)
            elif isinstance(item, RecordDraft):
                assert item.thread in declared, "a record of a thread that was not declared"
                assert misfit(item) is None, misfit(item)
                f"{item.text}{item.author}{item.said_raw}".encode()  # no lone surrogate
    except AfterselfError as error:
        assert len(error.message) < 2000, "a message as long as a record"


def fuzz_one(target: str, corpus: Path, found: Path, seconds: int) -> None:
    """Fuzz one format in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["afterself.importers"]):
        importer = importer_of(target)

    def one(data: bytes) -> None:
        try:
            check(importer, target, data)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            name = f"{target}-{type(error).__name__}-{Path(where.filename).stem}-{where.lineno}"
            if not (found / name).exists():
                (found / name).write_bytes(data)
                (found / f"{name}.txt").write_text(traceback.format_exc())

    words = corpus.with_suffix(".words")
    words.write_text("".join(f'"{word}"\n' for word in _words(target)))
    arguments = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY}", f"-artifact_prefix={found}/{target}-", f"-dict={words}", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, one)
    atheris.Fuzz()


def fuzz(target: str, seconds: int, work: Path) -> dict[str, Any]:
    """Fuzz one format in a child; what came of it."""
    corpus, found = work / target, work / "found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    begun = list(seeds(target)) + kept(target)
    for data in begun:
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.hardening.fuzz", "--child", target, "--seconds", str(seconds),
         "--work", str(work)],
        capture_output=True, text=True, errors="replace", cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = _DONE.findall(ran.stderr) or [("0", "0", "0", "0")]
    runs, coverage, features, inputs = (int(number) for number in told[-1])
    return {
        "format": target, "runs": runs, "edges": coverage, "edges_of_seeds": int(told[0][1]),
        "features": features,
        "seeds": len(begun), "corpus": inputs, "wall_s": round(time.monotonic() - started),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        "findings": sorted(path.name for path in found.iterdir() if path.name.startswith(f"{target}-")),
        "ended": "in time" if ran.returncode == 0 else ran.stderr[-300:],
    }  # fmt: skip


def keep(target: str, work: Path, most: int = 250) -> None:
    """The smallest of the inputs that libFuzzer kept, as one zip: the same for the same inputs."""
    found = sorted((work / target).iterdir(), key=lambda path: (path.stat().st_size, path.name))
    CORPUS.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(CORPUS / f"{target}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in found[:most]:
            packed.writestr(zipfile.ZipInfo(path.name[:12]), path.read_bytes(), zipfile.ZIP_DEFLATED)


def _words(target: str) -> list[str]:
    """What a format's files are made of: the most frequent names and marks of its seeds."""
    text = b"\n".join(seeds(target)).decode("latin-1")
    found = Counter(
        re.findall(r"[A-Za-z][\w:.-]{2,24}|[0-9]{1,2}[./:-][0-9]{1,2}|<[!/]?[\w:]+|\W{2,4}", text)
    )
    plain = (word for word, _ in found.most_common(600) if word.isascii() and word.isprintable())
    return [word for word in plain if '"' not in word and "\\" not in word][:300]


def kept(target: str) -> list[bytes]:
    """The committed corpus of a format: what reached a branch of its own in earlier runs."""
    path = CORPUS / f"{target}.zip"
    if not path.exists():
        return []
    with zipfile.ZipFile(path) as packed:
        return [packed.read(name) for name in packed.namelist()]


def importer_of(target: str) -> Importer:
    """The importer that a format is read by."""
    import importlib

    module, name = TARGETS[target][0].split(":")
    made: Callable[[], Importer] = getattr(importlib.import_module(f"afterself.importers.{module}"), name)
    return made()


def _limits() -> Any:
    from afterself.importers.source_view import Limits

    return Limits(member=1 << 26, total=1 << 26, nested=1 << 26)


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return packed.getvalue()


_PART = b"\n<!--part-->\n"


def _parts(data: bytes, *names: str) -> dict[str, bytes]:
    return dict(zip(names, data.split(_PART), strict=False))


def _documents(kind: str) -> Iterator[bytes]:
    """The parts of the Word and OpenDocument files that the tests make."""
    sys.path.insert(0, str(FIXTURES / "documents"))
    import making  # type: ignore[import-not-found]

    made = making.docx() if kind == "docx" else making.odt()
    names = ("word/document.xml", "word/comments.xml") if kind == "docx" else ("content.xml", "meta.xml")
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        yield _PART.join(packed.read(name) for name in names if name in packed.namelist())


def _pdf() -> bytes:
    sys.path.insert(0, str(FIXTURES / "documents"))
    import making

    data: bytes = making.pdf("Dear Anna,", "see you")
    return data


def main() -> int:
    """Every format in turn; 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60, help="wall time of each format")
    parser.add_argument("--only", default="", help="names of formats, with commas")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-fuzz")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        fuzz_one(asked.child, asked.work / asked.child, asked.work / "found", asked.seconds)
        return 0
    lines = Lines(asked.results)
    bad = 0
    for target in asked.only.split(",") if asked.only else TARGETS:
        came = fuzz(target, asked.seconds, asked.work)
        keep(target, asked.work)
        bad += len(came["findings"])
        lines.add(**came)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
