"""Dates as Google writes them out in a Takeout: `Thursday, November 3, 2016 at 11:59:50 AM UTC`.

Newer ones have a narrow blank before AM, some accounts day before month, and the words of the account's
language. Only UTC is ever written; another zone's name is no instant.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

_MONTHS = (
    "jan janv januar januari january janvier enero ene gennaio gen janeiro stycznia styczeń",
    "feb febr februar februari february février févr febrero febbraio fevereiro fev lutego",
    "mar mär märz maart march mars marzo março mrt marca",
    "apr april avril avr abril abr aprile kwietnia",
    "may mai mei mayo maggio maio maj maja mag",
    "jun juni june juin junio giugno junho giu czerwca",
    "jul juli july juillet juil julio luglio julho lug lipca",
    "aug august augustus août agosto ago augusti sierpnia",
    "sep sept september septembre septiembre settembre setembro set września",
    "oct okt oktober october octobre octubre ottobre outubro ott out października",
    "nov november novembre noviembre novembro listopada",
    "dec dez dezember december décembre déc diciembre dic dicembre dezembro grudnia",
)
_MONTH = {word: n for n, told in enumerate(_MONTHS, 1) for word in told.split()}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]\.?\s?m\.?)?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")


def written_out(text: str) -> datetime | None:
    """The instant of a date in words; None if it cannot be understood or is not in UTC."""
    text = unicodedata.normalize("NFKC", text)
    clock, zone = _CLOCK.search(text), re.search(r"\b(?:UTC|GMT|Z)\s*$", text.strip())
    if not clock or not zone:
        return None
    rest = text[: clock.start()] + " " + text[clock.end() : zone.start()]
    year, months = _YEAR.search(rest), [_MONTH.get(word.casefold(), 0) for word in _WORD.findall(rest)]
    month = next((one for one in months if one), 0)
    day = _DAY.search(_YEAR.sub(" ", rest))
    if not year or not month or not day:
        return None
    hour, half = int(clock[1]), (clock[4] or "").casefold()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(int(year[1]), month, int(day[1]), hour, int(clock[2]), int(clock[3] or 0), tzinfo=UTC)
    except ValueError:
        return None
