"""A run under way <-> one file in the self, so that a killed run goes on with the same batches.

The file lies under `weights/.run/`, named after what the run is made of: base, settings and every
token of the dataset. A run that differs in any of these never takes it up. It is entered in the
artifact ledger before it is written, so that forgetting a record reaches it too, and it goes when
weights are published. The order of the data is no part of it: that follows from seed and step.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import pickle
import shutil
import time
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from afterself.archive.ledger import list_artifacts
from afterself.archive.store import Archive
from afterself.errors import Damaged, TrainingError
from afterself.home.atomic import make_folder
from afterself.home.disk import why_not
from afterself.home.folder import Self

if TYPE_CHECKING:
    from afterself.datasets import Dataset
    from afterself.training.loop import Loop
    from afterself.training.options import Settings
from afterself.training.withdrawal import Withdrawn

KIND = "checkpoint"
FOLDER = ".run"
FORMAT = 2

SECONDS = 60.0
"""Least time between two checkpoints: what a kill can cost."""

SHARE = 20
"""Slow disks are spared: between two checkpoints lies this many times what writing the last one took."""

WAIT = 30.0
"""Seconds that a run waits to begin for another writer of the self to end."""


@dataclass(frozen=True, slots=True)
class Found:
    """A checkpoint that fits: what it holds, and how far it is, in words."""

    saved: dict[str, Any]
    told: str

    @property
    def tokens(self) -> int:
        """Tokens learned from so far."""
        return int(self.saved["tokens"])


def identity(base_sha256: str, settings: Settings, dataset: Dataset) -> str:
    """A hash of everything that decides a run: 32 hexadecimal digits."""
    made_of = hashlib.sha256(json.dumps([FORMAT, base_sha256, settings.as_dict()], sort_keys=True).encode())
    for side in (dataset.train, dataset.validation):
        made_of.update(b"side")
        for example in side:
            made_of.update(array("q", [len(example.ids), *example.ids]).tobytes())
            made_of.update(bytes(example.supervised))
    return made_of.hexdigest()[:32]


class Checkpoints:
    """The checkpoint of one run in one self."""

    def __init__(self, self_: Self, run: str) -> None:
        self.self_ = self_
        self.run = run
        self.path = self_.weights_dir / FOLDER / f"{run}.pt"
        self.artifact = f"weights/{FOLDER}/{run}.pt"
        self._written = time.monotonic()
        self._took = 0.0

    def find(self) -> Found | None:
        """The checkpoint of exactly this run, or None; one that cannot be read counts as none."""
        import torch

        try:
            at = datetime.fromtimestamp(self.path.stat().st_mtime)
            with self.self_.files.as_path(self.path) as readable:
                saved = torch.load(readable, map_location="cpu", weights_only=True, mmap=True)
            if saved["format"] != FORMAT or saved["run"] != self.run:
                return None
            told = f"of {at:%Y-%m-%d %H:%M}, after step {saved['step']} of {saved['steps']}"
        except FileNotFoundError:
            return None
        except (
            OSError,
            RuntimeError,
            pickle.UnpicklingError,
            EOFError,
            KeyError,
            TypeError,
            ValueError,
            Damaged,
        ):
            return None
        return Found(saved, told)

    def others(self) -> int:
        """How many unfinished runs with other data, base or settings are here."""
        return sum(1 for path in self.path.parent.glob("*.pt") if path != self.path)

    def begin(self, revisions: Mapping[str, int], settings: Settings, *, fresh: bool) -> None:
        """Make ready to write: remove what may not stay, and enter the run in the ledger.

        `fresh` removes every checkpoint. ArchiveError if a record of the dataset has left the archive.
        """
        with Archive.writing(self.self_, wait=WAIT) as archive, writing(self.self_):
            if fresh:
                forget_runs(archive)
            sweep(self.self_, archive)
            archive.register_artifact(KIND, self.artifact, revisions.items(), settings.as_dict())
            make_folder(self.path.parent)

    def keep(self, loop: Loop, *, now: bool = False) -> None:
        """Write the run's state if the last time is long enough ago, or `now`.

        TrainingError if it cannot be written, Withdrawn if some of its words were withdrawn meanwhile.
        """
        import torch

        began = time.monotonic()
        if not now and began - self._written < max(SECONDS, SHARE * self._took):
            return
        with writing(self.self_), self.self_.files.writing(self.path) as file:
            torch.save({"format": FORMAT, "run": self.run, **captured(loop)}, file)
        self._require_allowed()
        self._written = time.monotonic()
        self._took = self._written - began

    def _require_allowed(self) -> None:
        """What was forgotten before this look is seen by it; what comes later finds the file and takes it."""
        current = [one.path for one in list_artifacts(self.self_, KIND) if one.state == "current"]
        if self.artifact not in current:
            self.path.unlink(missing_ok=True)
            raise Withdrawn(
                "Training stopped: something that it was learning from was forgotten or excluded meanwhile. "
                "Nothing of this run was kept.",
                remedy="Run train again: it learns from what is left.",
            )


def captured(loop: Loop) -> dict[str, Any]:
    """Everything of a run that a later process needs to go on, as tensors and plain values."""
    state = loop.state
    return {
        "step": state.step,
        "steps": len(loop.plan.steps),
        "tokens": state.tokens,
        "seconds": state.seconds,
        "evaluations": [asdict(evaluation) for evaluation in state.evaluations],
        "best": asdict(state.best) if state.best else None,
        "best_weights": state.best_weights,
        "trained": {name: weight.detach() for name, weight in loop.trained.items()},
        "average": state.average,
        "optimizer": state.optimizer.state_dict(),
        "random": state.random,
    }


def restore(loop: Loop, found: Found) -> None:
    """Put a run back to where its checkpoint was written."""
    import torch

    from afterself.training.loop import Evaluation

    saved, state = found.saved, loop.state
    with torch.no_grad():
        for name, weight in loop.trained.items():
            weight.copy_(saved["trained"][name])
            state.average[name].copy_(saved["average"][name])
    # A copy of our own: the file that the tensors are mapped from is replaced while they are in use.
    state.optimizer.load_state_dict(_own(saved["optimizer"]))
    state.step, state.tokens, state.seconds = saved["step"], saved["tokens"], saved["seconds"]
    state.evaluations = [Evaluation(**evaluation) for evaluation in saved["evaluations"]]
    state.best = Evaluation(**saved["best"]) if saved["best"] else None
    best = saved["best_weights"]
    state.best_weights = best and {name: w.clone().to(loop.on.device) for name, w in best.items()}
    state.random = saved["random"].clone()


def _own(value: Any) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return [_own(item) for item in value] if isinstance(value, list) else value


def forget_runs(archive: Archive) -> None:
    """Enter every checkpoint as erased; `sweep` then takes the files."""
    for artifact in archive.artifacts(KIND):
        if artifact.state != "erased":
            archive.set_artifact_state(artifact.id, "erased")


def sweep(self_: Self, archive: Archive) -> None:
    """Remove what no ledger entry allows: finished, stale and half-written checkpoints."""
    folder = self_.weights_dir / FOLDER
    current = set()
    for artifact in archive.artifacts(KIND):
        if artifact.state == "current":
            current.add(self_.path / artifact.path)
        elif artifact.state == "stale":
            archive.set_artifact_state(artifact.id, "erased")
    for path in folder.iterdir() if folder.is_dir() else ():
        if path not in current:
            path.unlink()
    if not current:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def writing(self_: Self) -> Iterator[None]:
    """Turns what a full or read-only disk says while a run writes into one clear error."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise cannot_write(self_, error) from error


def cannot_write(self_: Self, error: BaseException) -> TrainingError:
    """The error for a disk that does not take what a run wants to write."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    why = why_not(cause) if isinstance(cause, OSError) else type(error).__name__
    return TrainingError(
        f"Training stopped: {self_.weights_dir} cannot be written to ({why}). "
        "The self and its weights are as they were.",
        remedy="Make room there, or make the folder writable, and run train again: it goes on from its "
        "last checkpoint.",
    )
