"""The adapter that comes with the package -> weights in the demo self: she talks before anything is trained.

It was trained on her chats against one embedded base (`pretraining/demo_adapter.py`); `adapter.json`
beside it pins that base, its own bytes and the words that it learned from. Nothing here imports torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from afterself.errors import ModelError
from afterself.home.folder import Self
from afterself.models.bases import Base, resolve_base
from afterself.policy import View, open_view
from afterself.policy.view import ViewRecord
from afterself.training.weights import SHIPPED, Weights, adopt, current_weights

SCRIPT = "pretraining/demo_adapter.py"


@dataclass(frozen=True, slots=True)
class Shipped:
    """An adapter and what its manifest says; `words` is the fingerprint of the records behind it."""

    adapter: Path
    base_sha256: str
    sha256: str
    words: str
    facts: dict[str, Any]


def folder() -> Path:
    """Where adapter.gguf and adapter.json lie."""
    return Path(str(files("afterself.demo")))


def read_shipped(place: Path | None = None) -> Shipped:
    """The adapter in `place` (default: in the package); ModelError if it is missing or damaged."""
    place = place or folder()
    adapter = place / "adapter.gguf"
    try:
        told = json.loads((place / "adapter.json").read_text(encoding="utf-8"))
        found = Shipped(adapter, told["base_sha256"], told["sha256"], told["words"], dict(told["facts"]))
        with adapter.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == found.sha256
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(f"is missing or damaged ({type(error).__name__})") from None
    if not whole:
        raise _unusable("is damaged: its bytes are not those of its manifest")
    return found


def take(self_: Self, shipped: Shipped | None = None) -> tuple[Weights, bool]:
    """Weights to talk with at once, and whether they were taken in just now.

    Weights of the self that fit today's base are used again. ModelError if the adapter was made for
    another base, or from other words than the self holds now: forgotten words must not come back.
    """
    base = resolve_base(self_.declaration.base)
    found = current_weights(self_)
    if found is not None and found.base_sha256 == base.sha256:
        return found, False
    shipped = shipped or read_shipped()
    if shipped.base_sha256 != base.sha256:
        raise _unusable("was made for another embedded base than the one in this installation")
    with open_view(self_, "train") as view:
        records = learned_from(view)
    if fingerprint(records) != shipped.words:
        raise ModelError(
            "The weights that came with the demo were trained on other words than this self holds now: "
            "something was forgotten, corrected or added.",
            remedy="Train her on what is here: afterself demo",
        )
    revisions, own = {r.id: r.revision for r in records}, [r.id for r in records if r.is_owner]
    return adopt(self_, shipped.adapter, base, revisions, shipped.facts, own), True


def learned_from(view: View) -> list[ViewRecord]:
    """The records that an adapter made from this view stands on."""
    return [record for record in view.records() if not record.deleted]


def fingerprint(records: Iterable[ViewRecord]) -> str:
    """One sha256 over the words of the records, in whatever order they stand."""
    texts = sorted(hashlib.sha256(f"{r.is_owner}\0{r.text}".encode()).hexdigest() for r in records)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def fits(weights: Weights, base: Base) -> bool:
    """Whether weights were trained here, on this base."""
    return SHIPPED not in weights.settings and weights.base_sha256 == base.sha256


def _unusable(why: str) -> ModelError:
    return ModelError(
        f"The adapter that comes with the demo {why}.",
        remedy=f"Train her here instead: afterself demo. In a checkout, {SCRIPT} makes the adapter anew.",
    )
