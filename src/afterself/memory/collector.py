"""Lets Python's search for circular garbage wait while the candidates of a question are gathered and ranked.

They are some ten thousand objects and none is part of a circle: looking through them, as Python does again
and again while so many are made, is up to a quarter of what a question costs, and frees nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No collection while this lasts; whether there are any afterwards is as it was before."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
