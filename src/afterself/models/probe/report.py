"""What was found out about a base, as one result that is kept beside it.

The embedded base brings its result along; that of any other lies in the cache, under the base's hash.
A result of another base, of other trials or damaged is none: the base is probed anew. Nothing of a
person is in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from afterself.errors import ModelError
from afterself.home.atomic import write_atomic
from afterself.home.jobs import Progress
from afterself.models.bases import Base, cache_folder, gguf_for, load_torch
from afterself.models.chat_engine import ChatEngine
from afterself.models.probe.copying import TRIALS, Copying, copying_of
from afterself.models.probe.languages import Cost, cost_of_languages, known
from afterself.models.tokens import HFTurnTokenizer

VERSION = 1
"""Goes up when sentences, trials or how they are counted change."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a base pays for each language, and how it copies and cites."""

    base_sha256: str
    languages: dict[str, Cost]
    copying: Copying

    @property
    def knows(self) -> tuple[str, ...]:
        """Languages that the base knows, best first."""
        return known(self.languages)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Languages that were looked at and that it does not know."""
        return tuple(name for name in self.languages if name not in self.knows)

    @property
    def grounded(self) -> bool:
        """Whether it may write prose from numbered sources; else facts are answered with pasted quotes."""
        return self.copying.passed


def probed(base: Base, progress: Progress | None = None, *, again: bool = False) -> Probe:
    """The kept result of a base, or a fresh one, which is then kept.

    Seconds for the embedded base, minutes for bigger ones. Raises MissingExtra without torch, ModelError
    if the base cannot be loaded or its tokenizer lacks the turn marks.
    """
    found = None if again else kept_probe(base)
    if found is None:
        found = measured(base, progress or Progress())
        keep(found, _cached(base))
    return found


def measured(base: Base, progress: Progress) -> Probe:
    """Probe a base now."""
    progress.start("Reading twelve languages", total=1, unit="bases")
    costs = cost_of_languages(load_torch(base), HFTurnTokenizer(base.path))
    progress.advance()
    progress.finish()
    progress.start("Copying and citing", total=TRIALS, unit="trials")
    with ChatEngine(gguf_for(base)) as engine:
        copying = copying_of(engine, lambda done: progress.advance())
    progress.finish()
    return Probe(base.sha256, costs, copying)


def kept_probe(base: Base) -> Probe | None:
    """The result that lies beside a base, None if it was not probed."""
    shipped = [base.path / "probe.json"] if base.kind == "embedded" else []
    for path in (*shipped, _cached(base)):
        found = _read(path)
        if found is not None and found.base_sha256 == base.sha256:
            return found
    return None


def keep(found: Probe, path: Path) -> None:
    """Write a result."""
    told = {"version": VERSION, **asdict(found)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(told, indent=1) + "\n")
    except OSError as error:
        raise ModelError(
            f"What was found out about the base cannot be kept: {path.parent} ({error.strerror}).",
            remedy="Make room there, or make the folder writable; XDG_CACHE_HOME names another.",
        ) from error


def _cached(base: Base) -> Path:
    return cache_folder() / "probes" / f"{base.sha256}.json"


def _read(path: Path) -> Probe | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if told["version"] != VERSION:
            return None
        costs = {str(k): Cost(int(v["bytes"]), float(v["bits"])) for k, v in told["languages"].items()}
        counts = {name: int(told["copying"][name]) for name in Copying.__dataclass_fields__}
        return Probe(str(told["base_sha256"]), costs, Copying(**counts))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
