"""Writes a chat down as a phone's WhatsApp export does: its clock, locale, zone, names, media, edits.

`chats/NAME.txt` holds what was really said, a line each: instant in UTC | who | text, where `*` is
WhatsApp itself, `{media}` a photo and `\\n` a line break. Nothing here knows how Afterself reads.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from demo_chats import DEMO, demo_lines

FOLDER = Path(__file__).parent / "chats"
Style = Callable[[datetime], str]


@dataclass(frozen=True)
class Line:
    """One thing said; `number` counts the lines of the chat from one."""

    number: int
    at: datetime
    who: str
    text: str


def _h12(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M}"


STYLES: dict[str, Style] = {
    "android-en-GB": lambda at: f"{at:%d/%m/%Y, %H:%M} - ",
    "android-en-US": lambda at: f"{at.month}/{at.day}/{at:%y}, {_h12(at)}\u202f{at:%p} - ",
    "android-de": lambda at: f"{at:%d.%m.%y, %H:%M} - ",
    "android-es": lambda at: f"{at.day}/{at.month}/{at:%y}, {at.hour}:{at:%M} - ",
    "ios-en-GB": lambda at: f"[{at:%d/%m/%Y, %H:%M:%S}] ",
    "ios-en-US": lambda at: f"[{at.month}/{at.day}/{at:%y}, {_h12(at)}:{at:%S}\u202f{at:%p}] ",
    "ios-de": lambda at: f"[{at:%d.%m.%y, %H:%M:%S}] ",
}
_ENCRYPTED = {
    "en": "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, "
    "can read or listen to them.",
    "de": "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann "
    "sie lesen oder anhören, nicht einmal WhatsApp.",
    "es": "Los mensajes y las llamadas están cifrados de extremo a extremo. Nadie fuera de este chat, "
    "ni siquiera WhatsApp, puede leerlos ni escucharlos.",
}
_CREATED = {
    "en": "Perla created this group",
    "de": "Perla hat diese Gruppe erstellt",
    "es": "Perla creó este grupo",
}
_OMITTED = {
    "android": {"en": "<Media omitted>", "de": "<Medien ausgeschlossen>", "es": "<Multimedia omitido>"},
    "ios": {"en": "\u200eimage omitted", "de": "\u200eBild weggelassen", "es": "\u200eimagen omitida"},
}
_ATTACHED = {
    "android": {"en": "{} (file attached)", "de": "{} (Datei angehängt)", "es": "{} (archivo adjunto)"},
    "ios": {"en": "\u200e<attached: {}>", "de": "\u200e<Anhang: {}>", "es": "\u200e<adjunto: {}>"},
}
_DELETED = {
    "en": ("This message was deleted", "You deleted this message"),
    "de": ("Diese Nachricht wurde gelöscht.", "Du hast diese Nachricht gelöscht."),
    "es": ("Se eliminó este mensaje.", "Eliminaste este mensaje."),
}
_EDITED = {
    "en": " <This message was edited>",
    "de": " <Diese Nachricht wurde bearbeitet.>",
    "es": " <Se editó este mensaje.>",
}


@dataclass(frozen=True)
class Export:
    """How one export is made; line numbers are those of the chat."""

    chat: str
    style: str = "android-en-GB"
    zone: str = "Europe/Berlin"
    title: str = ""
    names: tuple[tuple[str, str], ...] = ()
    media: bool = False
    part: tuple[int, int] = (1, 10**6)
    edits: tuple[tuple[int, str], ...] = ()
    unsent: tuple[int, ...] = ()
    more: tuple[str, ...] = ()
    owner: str = "Ida"

    @property
    def phone(self) -> str:
        return self.style.split("-")[0]

    @property
    def language(self) -> str:
        return self.style.split("-")[1]


def lines_of(chat: str, more: tuple[str, ...] = ()) -> list[Line]:
    """What was said, in order; of the demo person's chats as their files have it."""
    if chat in DEMO:
        rows = demo_lines(chat)
    else:
        rows = (FOLDER / f"{chat}.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for number, row in enumerate([*rows, *more], 1):
        at, who, text = row.split(" | ", 2)
        found.append(
            Line(number, datetime.fromisoformat(at).replace(tzinfo=UTC), who, text.replace("\\n", "\n"))
        )
    return found


def write(export: Export, folder: Path) -> Path:
    """The export as a file: Android's text (a zip with media), or the iPhone's zip."""
    folder.mkdir(parents=True, exist_ok=True)
    photos: list[str] = []
    body = "".join(_row(export, line, photos) for line in _told(export))
    if export.phone == "ios":
        path = folder / f"WhatsApp Chat - {export.title}.zip"
        inside, text = "_chat.txt", body.replace("\n", "\r\n")
    else:
        path = folder / f"WhatsApp Chat with {export.title}.{'zip' if export.media else 'txt'}"
        inside, text = f"WhatsApp Chat with {export.title}.txt", body
    if path.suffix == ".txt":
        path.write_text(text, encoding="utf-8", newline="")
        return path
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(inside, text)
        for photo in photos if export.media else ():
            packed.writestr(photo, f"the photo {photo[:20]}".encode())
    return path


def _told(export: Export) -> list[Line]:
    first, last = export.part
    return [line for line in lines_of(export.chat, export.more) if first <= line.number <= last]


def _row(export: Export, line: Line, photos: list[str]) -> str:
    stamp = STYLES[export.style](line.at.astimezone(ZoneInfo(export.zone)))
    names = dict(export.names)
    if line.who == "*":
        whatsapp = {"{encrypted}": _ENCRYPTED, "{created}": _CREATED}.get(line.text)
        said = whatsapp[export.language] if whatsapp else line.text
        return f"{stamp}{export.title}: \u200e{said}\n" if export.phone == "ios" else f"{stamp}{said}\n"
    who = names.get(line.who, line.who)
    text = _text(export, line, photos)
    mark = "\u200e" if export.phone == "ios" and text.startswith("\u200e") else ""
    return f"{mark}{stamp}{who}: {text}\n"


def _text(export: Export, line: Line, photos: list[str]) -> str:
    if line.number in export.unsent or line.text == "{deleted}":
        theirs, mine = _DELETED[export.language]
        told = mine if line.who == export.owner else theirs
        return f"\u200e{told.rstrip('.')}." if export.phone == "ios" else told
    if line.text == "{media}":
        number = len(photos) + 1
        if export.phone == "ios":
            photos.append(f"{number:08}-PHOTO-{line.at:%Y-%m-%d-%H-%M-%S}.jpg")
        else:
            photos.append(f"IMG-{line.at:%Y%m%d}-WA{number:04}.jpg")
        if export.media:
            return _ATTACHED[export.phone][export.language].format(photos[-1])
        return _OMITTED[export.phone][export.language]
    edited = dict(export.edits).get(line.number)
    if edited is None:
        return line.text
    mark = "\u200e" if export.phone == "ios" else ""
    return edited + _EDITED[export.language].replace("<", f"{mark}<")
