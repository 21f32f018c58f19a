"""What of a record are its owner's own words.

Own words are what the owner wrote, in kinds that are speech or writing, less
every span that is quoted, pasted, code, a signature or a placeholder. All the
rest is context: real, citable, and never a target of training.
"""

from __future__ import annotations

from collections.abc import Iterable

OWN_KINDS = frozenset(
    {"message", "post", "comment", "note", "mail", "utterance", "memory", "document", "review"}
)

SILENT_KINDS = frozenset({"system", "reaction", "call"})
"""Kinds that nobody wrote or said: neither context nor citation."""


def own_ranges(text: str, spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Where the own words of `text` stand between its foreign spans (begin, end, kind; code points)."""
    kept: list[tuple[int, int]] = []
    at = 0
    for begin, end, _ in sorted(span for span in spans if span[2] != "own"):
        if begin > at:
            kept.append((at, begin))
        at = max(at, end)
    if at < len(text):
        kept.append((at, len(text)))
    return kept


def own_spans_text(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """`text` without its foreign spans (begin, end, kind; code points), trimmed."""
    return "".join(text[begin:end] for begin, end in own_ranges(text, spans)).strip()
