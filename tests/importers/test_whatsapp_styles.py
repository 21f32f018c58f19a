"""Any sequence of messages, written down as any phone does, comes back exactly: who, when, every character.

The styles are those of real phones, language by language; nothing is told to the
importer but the file, so the order of day and month and the clock are its own finding.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_source
from test_whatsapp_fuzz import BODIES, NAMES

from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView

Style = Callable[[datetime], str]
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


def _h12(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M}"


def _half(at: datetime, morning: str, afternoon: str) -> str:
    return morning if at.hour < 12 else afternoon


def _taipei(at: datetime) -> str:
    """Taiwan's phones name the part of the day."""
    parts = [(5, "凌晨"), (8, "清晨"), (11, "早上"), (12, "上午"), (13, "中午"), (19, "下午"), (24, "晚上")]
    return next(name for until, name in parts if at.hour < until)


def _cairo(at: datetime) -> str:
    return f"[{at.day}\u200f/{at.month}\u200f/{at:%Y}، {_h12(at)}:{at:%S}\u202f{_half(at, 'ص', 'م')}] "


ANDROID: dict[str, Style] = {
    "en-US": lambda at: f"{at.month}/{at.day}/{at:%y}, {_h12(at)}\u202f{at:%p} - ",
    "en-US before 2023": lambda at: f"{at.month}/{at.day}/{at:%y}, {_h12(at)} {at:%p} - ",
    "en-GB": lambda at: f"{at:%d/%m/%Y, %H:%M} - ",
    "en-IN": lambda at: f"{at:%d/%m/%y}, {_h12(at)}\u202f{_half(at, 'am', 'pm')} - ",
    "en-AU": lambda at: f"{at.day}/{at.month}/{at:%Y}, {_h12(at)} {_half(at, 'a.m.', 'p.m.')} - ",
    "de": lambda at: f"{at:%d.%m.%y, %H:%M} - ",
    "fr": lambda at: f"{at:%d/%m/%Y à %H:%M} - ",
    "fr-CA": lambda at: f"{at:%Y-%m-%d} {at:%H:%M} - ",
    "es-CO": lambda at: f"{at.day}/{at:%m/%y}, {_h12(at)} {_half(at, 'a.', 'p.')}\u00a0m. - ",
    "es-MX": lambda at: f"{at:%d/%m/%y} {_h12(at)} {_half(at, 'a. m.', 'p. m.')} - ",
    "it": lambda at: f"{at:%d/%m/%y, %H:%M} - ",
    "pt-BR": lambda at: f"{at:%d/%m/%Y %H:%M} - ",
    "nl": lambda at: f"{at:%d-%m-%Y %H:%M} - ",
    "pl": lambda at: f"{at.day}.{at:%m.%Y, %H:%M} - ",
    "tr": lambda at: f"{at.day}.{at:%m.%Y %H:%M} - ",
    "ru": lambda at: f"{at:%d.%m.%Y, %H:%M} - ",
    "fi": lambda at: f"{at.day}.{at.month}.{at:%Y} klo {at.hour}.{at:%M} - ",
    "da": lambda at: f"{at:%d.%m.%Y %H.%M} - ",
    "id": lambda at: f"{at:%d/%m/%y %H.%M} - ",
    "sv": lambda at: f"{at:%Y-%m-%d %H:%M} - ",
    "hu": lambda at: f"{at:%Y. %m. %d. %H:%M} - ",
    "cs": lambda at: f"{at:%d.%m.%y} {at.hour}:{at:%M} - ",
    "bg": lambda at: f"{at.day}.{at:%m.%y} г., {at.hour}:{at:%M} - ",
    "el": lambda at: f"{at.day}/{at.month}/{at:%y}, {_h12(at)} {_half(at, 'π.μ.', 'μ.μ.')} - ",
    "ar": lambda at: f"{at.day}\u200f/{at.month}\u200f/{at:%Y}, {_h12(at)} {_half(at, 'ص', 'م')} - ",
    "fa": lambda at: f"{at.year}/{at.month}/{at.day}،\u200f {at:%H:%M} - ".translate(_PERSIAN),
    "mr": lambda at: f"{at.day}/{at.month}/{at:%y}, {_h12(at)} {_half(at, 'म.पू.', 'म.उ.')} - ".translate(
        _DEVANAGARI
    ),
    "zh-CN": lambda at: f"{at.year}/{at.month}/{at.day} {_half(at, '上午', '下午')}{_h12(at)} - ",
    "zh-TW": lambda at: f"{at.year}/{at.month}/{at.day} {_taipei(at)}{_h12(at)} - ",
    "ja": lambda at: f"{at:%Y/%m/%d %H:%M} - ",
    "ja 12 h": lambda at: f"{at:%Y/%m/%d} {_half(at, '午前', '午後')}{at.hour % 12}:{at:%M} - ",
    "ko": lambda at: f"{at.year}. {at.month}. {at.day}. {_half(at, '오전', '오후')} {_h12(at)} - ",
    "vi": lambda at: f"{at:%H:%M}, {at:%d/%m/%Y} - ",
    "an old phone's en dash": lambda at: f"{at:%d/%m/%Y, %H:%M} – ",
}
IPHONE: dict[str, Style] = {
    "en-US": lambda at: f"[{at.month}/{at.day}/{at:%y}, {_h12(at)}:{at:%S}\u202f{at:%p}] ",
    "en-GB": lambda at: f"[{at:%d/%m/%Y, %H:%M:%S}] ",
    "en-CA": lambda at: f"[{at:%Y-%m-%d}, {_h12(at)}:{at:%S}\u202f{_half(at, 'a.m.', 'p.m.')}] ",
    "de": lambda at: f"[{at:%d.%m.%y, %H:%M:%S}] ",
    "fr": lambda at: f"[{at:%d/%m/%Y %H:%M:%S}] ",
    "es": lambda at: f"[{at.day}/{at.month}/{at:%y}, {at.hour}:{at:%M:%S}] ",
    "id": lambda at: f"[{at:%d/%m/%y %H.%M.%S}] ",
    "ar": lambda at: _cairo(at).translate(_EASTERN),
    "zh-CN": lambda at: f"[{at.year}/{at.month}/{at.day} {_half(at, '上午', '下午')}{_h12(at)}:{at:%S}] ",
    "ja": lambda at: f"[{at:%Y/%m/%d %H:%M:%S}] ",
    "ko": lambda at: f"[{at.year}. {at.month}. {at.day}. {_half(at, '오전', '오후')} {_h12(at)}:{at:%S}] ",
    "tr 12 h": lambda at: f"[{at.day}.{at:%m.%Y} {_half(at, 'ÖÖ', 'ÖS')} {_h12(at)}:{at:%S}] ",
    "2013": lambda at: f"{at:%d/%m/%y %H:%M:%S}: ",
}  # fmt: skip
STYLES = {f"Android {name}": style for name, style in ANDROID.items()}
STYLES |= {f"iPhone {name}": style for name, style in IPHONE.items()}
SAID = st.lists(st.tuples(NAMES, BODIES, st.integers(0, 60 * 24 * 40)), min_size=2, max_size=6)


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=10)
@given(said=SAID, newline=st.sampled_from(["\n", "\r\n"]), mark=st.sampled_from(["", "\ufeff"]))
def test_messages_in_the_style_of_a_phone_come_back_exactly(
    style: str, said: list[tuple[str, str, int]], newline: str, mark: str
) -> None:
    at = datetime(2020, 1, 30, 23, 50, tzinfo=UTC)
    wanted = []
    for name, body, minutes in said:
        wanted.append((name, body, at))
        at += timedelta(minutes=minutes)
    text = "".join(
        f"{STYLES[style](when)}{name}: {body}".replace("\n", newline) + newline for name, body, when in wanted
    )
    source = SourceView.of_bytes("WhatsApp Chat with X.txt", (mark + text).encode())
    found = read_source(source, Options(zone="UTC"))
    assert [(r.author and r.author.name, r.text, r.said_at) for r in found.records] == wanted
