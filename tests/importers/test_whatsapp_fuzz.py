"""Whatever people write and however a phone writes it down, each message comes back whole and once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from reading import read_source

from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView
from afterself.importers.whatsapp_lines import header_of
from afterself.importers.whatsapp_phrases import body_of

SPACES = st.sampled_from([" ", "\u202f", "\u00a0", "\u2009"])
NAMES = st.sampled_from(["Anna", "Ben Ito", "+49 170 1234567", "Zoë", "李雷", "🦊", "O'Neil (work)", "محمد"])
# Lines of people: anything but line ends, what WhatsApp itself writes, and a header of the file's own shape.
CHARACTERS = st.characters(exclude_characters="\0\n\r\u200e\u2068\ufeff", exclude_categories=("Cs",))
WORDS = st.text(CHARACTERS, max_size=40)
NEWLINES = st.sampled_from(["\n", "\r\n"])


def _is_plain(line: str) -> bool:
    body = body_of(line)
    return (
        not header_of(line)
        and body.text == line
        and not body.spans
        and not body.edited
        and bool(line.strip())
    )


BODIES = (
    st.lists(WORDS.filter(_is_plain), min_size=1, max_size=3)
    .map("\n".join)
    .filter(lambda text: all(map(_is_plain, [text, *text.split("\n")])))
)


@st.composite
def shapes(draw):
    """How one phone writes its headers: a function from time and name to a line's beginning."""
    separator, order = draw(st.sampled_from("/.-")), draw(st.sampled_from(["dmy", "mdy", "ymd"]))
    order = "dmy" if separator == "." else order
    short, half = draw(st.booleans()) and order != "ymd", draw(st.booleans())
    comma, space = draw(st.sampled_from([", ", " "])), draw(SPACES)
    seconds, bracket = draw(st.booleans()), draw(st.booleans())

    def header(at: datetime, name: str) -> str:
        year = f"{at:%y}" if short else f"{at:%Y}"
        date = separator.join({"d": f"{at.day}", "m": f"{at:%m}", "y": year}[part] for part in order)
        clock = f"{at.hour % 12 or 12 if half else at.hour}:{at:%M}" + (f":{at:%S}" if seconds else "")
        stamp = f"{date}{comma}{clock}" + (f"{space}{at:%p}" if half else "")
        return f"[{stamp}] {name}: " if bracket else f"{stamp} - {name}: "

    return header, order, seconds


MINUTES = st.lists(st.integers(0, 60 * 24 * 40), min_size=1, max_size=8)


@given(
    shapes(),
    st.lists(st.tuples(NAMES, BODIES), min_size=1, max_size=8),
    MINUTES,
    NEWLINES,
)
def test_a_chat_written_by_any_phone_comes_back_as_it_was(shape, messages, steps, newline):
    header, order, _ = shape
    at = datetime(2020, 1, 13, 9, 0, tzinfo=UTC)
    said = []
    for i, (name, body) in enumerate(messages):
        said.append((name, body, at))
        at += timedelta(minutes=steps[i % len(steps)])
    text = "".join(header(when, name) + body.replace("\n", newline) + newline for name, body, when in said)
    source = SourceView.of_bytes("WhatsApp Chat with X.txt", text.encode())
    found = read_source(source, Options(zone="UTC", date_order=order))
    assert [(r.author.name, r.text, r.said_at) for r in found.records if r.author] == said
    assert len({(r.locator.offset, r.locator.length) for r in found.records}) == len(said)


@given(
    st.lists(
        st.text(st.sampled_from("0123456789/.-:, []APMapm \u200e\u202f\ufeffAnna<>!()\r\n"), max_size=60)
    )
)
def test_any_text_after_a_first_message_is_kept_somewhere(lines):
    text = "[13/01/20, 21:05:00] Anna: start\n" + "\n".join(lines)
    source = SourceView.of_bytes("WhatsApp Chat with X.txt", text.encode())
    found = read_source(source, Options(zone="UTC", date_order="dmy"))
    kept = "\n".join(r.raw.decode() for r in found.records)
    expected = re.sub(r"\r\n", "\n", text).split("\n")
    empty = len(found.skipped)
    missing = [line for line in expected if line.strip() and line.removesuffix("\r") not in kept]
    assert len(missing) <= empty
    for record in found.records:
        for span in record.spans:
            assert 0 <= span.start < span.end <= len(record.text)
