"""A number and what it counts, as people write it: “1 file”, “2,300 files”, “1 reply”, “2 replies”.

What reads as a sentence uses this; tables and JSON hold bare numbers.
"""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """`count` with the noun for one, or for several: by default that with an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
