"""Slurs and the coarsest insults that the owner never wrote are not put into their mouth.

A small base learned from old books may write them on its own account. The text of a reply is watched
word by word as it is written; at such a word the reply goes on from before it, written anew. A word that
stands in the owner's own words is theirs and stays. English only; for measuring nothing is held back.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Callable, Generator, Iterator

SLURS = frozenset(codecs.decode((
    "avttre avttref avttn avttnf arteb artebrf artebvq arterff arterffrf qnexl qnexvr qnexvrf fnzob "
    "cvpxnavaal cvpxnavaavrf wvtnobb wvtnobbf xvxr xvxrf furral lvq lvqf fcvp fcvpf jrgonpx jrgonpxf "
    "puvax puvaxf puvanzna puvanzra tbbx tbbxf wnc wncf cnxv cnxvf enturnq enturnqf gbjryurnq "
    "gbjryurnqf jbc jbcf qntb qntbf fdhnj fdhnjf erqfxva erqfxvaf unysoerrq snttbg snttbgf genaal "
    "genaavrf furznyr furznyrf ergneq ergneqf ergneqrq zbatbybvq zbatbybvqf fcnfgvp fcnfgvpf phag "
    "phagf juber juberf fyhg fyhgf"
), "rot13").split())  # fmt: skip
"""Kept in rot13, so that nobody meets them who only reads the code."""

TRIES = 5
"""How often a reply is taken up again before it ends where it is."""

_TAIL = re.compile(r"\s*(?:[^\W\d_]+(?:['’][^\W\d_]+)*)?\Z")

Write = Callable[[str, int], Generator[str, None, None]]
"""Writes on after a text; the number says which try it is. Closing it stops the model."""


def restrained(write: Write, theirs: Callable[[str], bool]) -> Iterator[str]:
    """The pieces that `write` writes, whole words at a time, without slurs that are not `theirs`."""
    written = ""
    for turn in range(TRIES):
        tail = ""
        with contextlib.closing(write(written, turn)) as pieces:
            for piece in pieces:
                tail, ready = _split(tail + piece)
                clean = _before_slur(ready, theirs)
                written += clean
                if clean:
                    yield clean
                if clean != ready:
                    break
            else:
                last = _before_slur(tail, theirs)
                if last:
                    yield last
                if last == tail:
                    return
                written += last


def _split(text: str) -> tuple[str, str]:
    """(a last word that may go on, with the blanks before it; what stands before them)."""
    last = _TAIL.search(text)
    at = last.start() if last else len(text)
    return text[at:], text[:at]


def _before_slur(text: str, theirs: Callable[[str], bool]) -> str:
    """`text` up to the first slur that is not theirs; all of it if there is none."""
    for word in re.finditer(r"[^\W\d_]+", text):
        if word[0].casefold() in SLURS and not theirs(word[0]):
            return text[: word.start()]
    return text
