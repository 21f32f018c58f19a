"""Lines of subtitles (WebVTT, SubRip) -> cues: when, who speaks, what is said, and their place in bytes.

A cue is what stands between blank lines. A voice tag names who speaks; else a name before a colon does, if
most cues of the file have one. Tags, notes and styles are no speech (W3C: WebVTT, § 4). What a cue becomes
is the business of `transcripts`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from afterself.archive.drafts import Locator
from afterself.importers.text_lines import Line

LARGEST = 1 << 16
"""Characters of one cue."""
_TIME = r"(?:(?P<{0}h>\d{{1,4}}):)?(?P<{0}m>[0-5]\d):(?P<{0}s>[0-5]\d)[.,]\d{{1,3}}"
_TIMING = re.compile(rf"\s*{_TIME.format('a')}[ \t]+-->[ \t]+{_TIME.format('b')}(?:\s.*)?")
_NO_SPEECH = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION|X-TIMESTAMP-MAP=.*)(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]{1,200})>")
_TAG = re.compile(
    r"</?(?:v|c|i|b|u|s|ruby|rt|lang|font)(?:[.\s][^<>]*)?>|<[\d:.]{5,13}>|\{\\[^{}]{1,40}\}", re.IGNORECASE
)
_NAMED = re.compile(r"(?P<name>[^\W\d_][^:<>?!…\n]{0,59}):[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue; `text` is None where it cannot be read. `start` counts from the beginning of the recording."""

    where: Locator
    number: int
    raw: str
    id: str = ""
    timing: str = ""
    start: timedelta | None = None
    speaker: str = ""
    text: str | None = None


def cues(lines: Iterable[Line], member: str) -> list[Cue]:
    """The cues of a file in its order, each with its speaker as far as the file tells."""
    found = [cue for block in _blocks(lines) if (cue := _cue(block, member)) is not None]
    said = [cue for cue in found if cue.text]
    named = [cue for cue in said if not cue.speaker and _NAMED.match(cue.text or "")]
    if any(cue.speaker for cue in said) or len(named) * 2 <= len(said):
        return found
    return [_named(cue) for cue in found]


def _named(cue: Cue) -> Cue:
    name = _NAMED.match(cue.text or "")
    if not name:
        return cue
    return replace(cue, speaker=name["name"].strip(), text=(cue.text or "")[name.end() :].strip())


def _blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Runs of lines without a blank one between; of a run that is too long, its beginning without text."""
    block: list[Line] = []
    size = 0
    for line in lines:
        text = line.rough if line.text is None else line.text
        if line.text is not None and not text.strip():
            if block:
                yield block
            block, size = [], 0
            continue
        size += len(text)
        last = block[-1] if block else line
        if size > LARGEST:  # kept as one line without text: its place is still known
            begin = block[0] if block else line
            block = [Line(begin.number, begin.offset, line.offset + line.length - begin.offset, None)]
        else:
            block.append(line if last.text is not None else line._replace(text=None))
    if block:
        yield block


def _cue(block: list[Line], member: str) -> Cue | None:
    """The cue of a block; None for what is no speech. A cue that cannot be read has no text."""
    begin, last = block[0], block[-1]
    where = Locator(member, begin.offset, last.offset + last.length - begin.offset)
    texts = [line.text for line in block if line.text is not None]
    if len(texts) < len(block):
        return Cue(where, begin.number, "")
    if _NO_SPEECH.fullmatch(texts[0].strip()):
        return None
    raw = "\n".join(texts)
    at = next((n for n, line in enumerate(texts[:2]) if "-->" in line), -1)
    timing = _TIMING.fullmatch(texts[at]) if at >= 0 else None
    if timing is None:
        return Cue(where, begin.number, raw)
    told = "\n".join(texts[at + 1 :])
    voice = _VOICE.search(told)
    webvtt = "." in texts[at].partition("-->")[0]
    return Cue(
        where,
        begin.number,
        raw,
        texts[0].strip() if at else "",
        texts[at].strip(),
        timedelta(hours=int(timing["ah"] or 0), minutes=int(timing["am"]), seconds=int(timing["as"])),
        html.unescape(voice[1]).strip() if voice else "",
        _plain(told, webvtt=webvtt),
    )


def _plain(text: str, *, webvtt: bool) -> str:
    """What is read on the screen: no tags, entities undone."""
    text = _TAG.sub("", text)
    text = html.unescape(text) if webvtt else text
    return "\n".join(line.strip() for line in text.replace("\r", "\n").split("\n")).strip()
