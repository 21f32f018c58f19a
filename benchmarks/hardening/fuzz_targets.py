"""What `fuzz` fuzzes: of each format the importer, what it begins with, and what an importer must not do.

Formats of one file are shown as that file. Formats of many files (the folder of a platform's export) are one
input that holds several: each begins with a line of the mark and its name, so that names are fuzzed, too.
"""

from __future__ import annotations

import io
import plistlib
import re
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afterself.importers.contract import Importer
    from afterself.importers.source_view import SourceView

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/importers"
CORPUS = ROOT / "benchmarks/results/fuzz_corpus"
FOUND = "found-"
"""How the names of inputs begin that once did what they must not."""
LONGEST = 1 << 14

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
    "tar": ("whatsapp:WhatsAppImporter", "a.tar", ()),
    "typedstream": ("imessage:IMessageImporter", "blob", ()),
    "pictures": ("pictures:PictureImporter", "a.jpg", ()),
    **{
        name: (importer, "", (f"foreign_fixtures/{name}/*/",))
        for name, importer in {
            "bluesky": "bluesky:BlueskyImporter",
            "discord": "discord:DiscordImporter",
            "evernote": "evernote:EvernoteImporter",
            "facebook": "facebook:FacebookImporter",
            "github": "github:GitHubImporter",
            "gitlab": "gitlab:GitLabImporter",
            "google-chat": "google_chat:GoogleChatImporter",
            "google-keep": "google_keep:GoogleKeepImporter",
            "google-voice": "google_voice:GoogleVoiceImporter",
            "hangouts": "hangouts:HangoutsImporter",
            "imessage": "imessage:IMessageImporter",
            "imessage-exporter": "imessage_exporter:IMessageExporterImporter",
            "instagram": "instagram:InstagramImporter",
            "irc": "irc:IrcImporter",
            "linkedin": "linkedin:LinkedInImporter",
            "mastodon": "mastodon:MastodonImporter",
            "matrix": "matrix:MatrixImporter",
            "notion": "notion:NotionImporter",
            "reddit": "reddit:RedditImporter",
            "signal": "signal:SignalImporter",
            "slack": "slack:SlackImporter",
            "teams": "teams:TeamsImporter",
            "transcripts": "transcripts:TranscriptImporter",
            "wechat": "wechat:WeChatImporter",
            "wxr": "wordpress:WordPressImporter",
            "x": "x:XImporter",
            "zulip": "zulip:ZulipImporter",
        }.items()
    },
}
"""Of each format: its importer, what a file of it is called ("": a folder), the fixtures to begin with."""


def seeds(target: str) -> Iterator[bytes]:
    """What a format's fuzzing begins with: fixtures of the tests, and small files for what has none."""
    for pattern in TARGETS[target][2]:
        for path in sorted(FIXTURES.glob(pattern)):
            if path.is_dir():
                yield from _of_folder(path)
            else:
                yield path.read_bytes()[:LONGEST]
    row = '{"conversation": "a", "time": "2020-01-02T03:04:05Z", "author": "Ben", "text": "hi", "id": "1"}'
    yield from {
        "jsonl": (row.encode(), f"[{row},\n{row}]".encode()),
        "csv": (b'conversation,time,author,text\na,2020-01-02,Ben,"hi ""you"""\n',),
        "html": (b"<html><head><title>a</title></head><body><p>hi <b>you</b><blockquote>so</blockquote>",),
        "pdf": (_pdf(),),
        "docx": tuple(_documents("docx")), "odt": tuple(_documents("odt")),
        "tar": (_tarred(),),
        "typedstream": _TYPEDSTREAMS,
        "pictures": tuple(_pictures()),
        "zip": (_zipped({"_chat.txt": _CHAT}),),
    }.get(target, ())  # fmt: skip


def source_of(target: str, data: bytes) -> SourceView:
    """What the importer is shown: the bytes as a file, as a folder, or as the text in a Word file."""
    from afterself.importers.source_view import SourceView

    if not TARGETS[target][1]:
        return _folder_source(data)
    if target == "tar":
        with tempfile.NamedTemporaryFile(suffix=".tar") as file:
            file.write(data)
            file.flush()
            return SourceView.at(Path(file.name), limits=_limits())
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

    if target == "typedstream":
        _read_blob(data)
        return
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


def kept(target: str) -> dict[str, bytes]:
    """The committed corpus of a format by its names: what reached new branches, and what was ever found."""
    path = CORPUS / f"{target}.zip"
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


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


def _pictures() -> Iterator[bytes]:
    sys.path.insert(0, str(FIXTURES))
    import picture_maker  # type: ignore[import-not-found]

    for of_kind in picture_maker.FILES.values():
        yield of_kind(picture_maker.tags())


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


def _tarred() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        for name, data in (("_chat.txt", _CHAT), ("a/b.jpg", b"x")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


_MARK = re.compile(rb"(?m)^%%%% ([^\r\n]{1,200})\n")
"""The line before each file of a folder."""


def _of_folder(folder: Path) -> Iterator[bytes]:
    """A folder's files as one input, if it is small enough, and each of them as one of its own."""
    parts = [
        b"%%%% " + str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes() + b"\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    if sum(map(len, parts)) <= LONGEST:
        yield b"".join(parts)
    else:
        yield from (part[:LONGEST] for part in parts)


def _folder_source(data: bytes) -> SourceView:
    """The view on a folder, or, if there is but one file and no folder, on that file."""
    from afterself.importers.member_names import safe_name
    from afterself.importers.source_view import SourceView

    found = list(_MARK.finditer(data))
    ends = [one.start() for one in found[1:]] + [len(data)]
    files: dict[str, bytes] = {}
    for one, end in zip(found, ends, strict=False):
        name = safe_name(one[1].decode("utf-8", "replace"), "export")
        if name:
            files[name] = data[one.end() : end].removesuffix(b"\n")
    files = _with_zips(files)
    if len(files) == 1 and "/" not in next(iter(files)):
        return SourceView.of_bytes(*files.popitem(), limits=_limits())
    opened = {name: (len(one), lambda one=one: io.BytesIO(one)) for name, one in files.items()}
    return SourceView.of_streams("export", opened, limits=_limits())


def _with_zips(files: dict[str, bytes]) -> dict[str, bytes]:
    """What lies in a folder that is called like a zip is packed as that zip."""
    plain: dict[str, bytes] = {}
    packed: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        outer, is_zip, inner = name.partition(".zip/")
        if is_zip and inner:
            packed.setdefault(f"{outer}.zip", {})[inner] = data
        else:
            plain[name] = data
    return plain | {name: _zipped(inner) for name, inner in packed.items()}


_CHAT = b"[01.02.20, 09:00:00] Anna: hi\n[01.02.20, 09:01:00] Ben: ho\n"
_TYPEDSTREAMS = (
    b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+\x05hello\x86",
    plistlib.dumps(
        {"ec": {"0": [{"d": 1.0, "t": b"NSString\x01+\x02ab"}]}, "rp": [0]}, fmt=plistlib.FMT_BINARY
    ),
)


def _read_blob(data: bytes) -> None:
    from afterself.importers.typedstream import text_of, wordings_of

    for text in (text_of(data), *wordings_of(data)[0]):
        text.encode()
