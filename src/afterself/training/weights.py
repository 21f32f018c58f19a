"""Trained weights <-> the folder `weights/<id>` of a self: published whole, registered, loaded again.

A folder is a stock Hugging Face checkpoint or PEFT adapter, with a GGUF for the chat engine and a
manifest that pins the base. It is written under a hidden name and becomes visible in the same
transaction in which the artifact ledger learns which revisions are in it: what the ledger does not
know as current is never loaded. How weights are made is the business of `loop.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterself import __version__
from afterself.archive.audiences import OWNER
from afterself.archive.ledger import list_artifacts, records_of_artifact
from afterself.errors import ModelError, NotAllowed
from afterself.home.atomic import FILE_MODE, FOLDER_MODE, sync_folder, write_atomic
from afterself.home.folder import Self
from afterself.home.moments import utc_text
from afterself.home.sealed import HIDDEN, Files
from afterself.models.bases import MANIFEST as MANIFEST
from afterself.models.bases import Base, base_config, load_folder, load_torch
from afterself.policy import open_view
from afterself.training.in_memory import save_adapter, save_full

if TYPE_CHECKING:
    from afterself.archive.store import Archive

KIND = "weights"
FORMAT = 1
ADAPTER = "adapter.gguf"
SHIPPED = "shipped"
"""In the settings of weights that were not trained in the self but came as an adapter alone."""
_Written = tuple[str | None, tuple[str, ...]]
"""The name of the GGUF in a weights folder, and what could not be made."""
PERSONAL_FILES = ("model.safetensors", "adapter_model.safetensors", "model.gguf", ADAPTER)
"""What of a weights folder holds something of the person; the rest is the base's, and settings."""
_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "generation_config.json",
    "vocab.json",
    "merges.txt",
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What a manifest says. `bits_*` are validation bits per byte, None where nothing validates.

    `held_out` is what no run saw: thread ids, times, counts (see `afterself.datasets.HeldOut`).
    """

    id: str
    path: Path
    base: str
    base_sha256: str
    method: str
    context: int
    seed: int
    settings: Mapping[str, Any]
    examples: int
    owner_messages: int
    tokens: int
    seconds: float
    bits_base: float | None
    bits_weights: float | None
    made_at: str
    version: str = __version__
    gguf: str | None = None
    held_out: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=())
    files: Files | None = field(default=None, repr=False, compare=False)

    @property
    def audience(self) -> str:
        """For whom they were trained: they hold only what that audience could see then."""
        return str(self.settings.get("audience", OWNER))

    def manifest(self) -> dict[str, Any]:
        """The JSON of manifest.json."""
        facts = {
            name: getattr(self, name) for name in self.__slots__ if name not in ("path", "notes", "files")
        }
        return {"format": FORMAT, **facts, "settings": dict(self.settings), "notes": list(self.notes)}


GONE = "stale: something they were trained on was forgotten, or may not be learned from any more"
"""Why there are no weights any more, as `status` and `doctor` tell it."""

STALE = f"are {GONE}"

BROKEN = "Train again, or put the folder back from a backup."
"""What helps with weights that cannot be read."""

WAIT = 3600.0
"""Seconds that finished weights wait for another writer of the self to end."""


def publish(
    self_: Self,
    model: Any,
    base: Base,
    revisions: Mapping[str, int],
    facts: Mapping[str, Any],
    own: Collection[str] = (),
) -> Weights:
    """Write a trained model into the self and register it; `facts` are the remaining fields of Weights.

    Withdrawn if a record it was trained on was excluded, deleted or forgotten meanwhile, or one of `own`
    (ids of the owner's) is the owner's no more: then nothing is kept.
    """

    def write(folder: Path) -> _Written:
        return _write_model(folder, model, base, in_memory=self_.encrypted)

    return _publish(self_, write, base, revisions, facts, own)


def adopt(
    self_: Self,
    adapter: Path,
    base: Base,
    revisions: Mapping[str, int],
    facts: Mapping[str, Any],
    own: Collection[str] = (),
) -> Weights:
    """Copy a GGUF adapter that was made elsewhere from these revisions into the self and register it.

    It talks at once and without torch, but can neither be scored nor trained on. Errors as `publish`.
    """

    def write(folder: Path) -> _Written:
        shutil.copyfile(adapter, folder / ADAPTER)
        return ADAPTER, ()

    return _publish(self_, write, base, revisions, facts, own)


def _publish(
    self_: Self,
    write: Callable[[Path], _Written],
    base: Base,
    revisions: Mapping[str, int],
    facts: Mapping[str, Any],
    own: Collection[str],
) -> Weights:
    from afterself.archive.store import Archive
    from afterself.training import checkpoint
    from afterself.training.withdrawal import Withdrawn, refuse_withdrawn

    made_at = datetime.now(UTC).replace(microsecond=0)
    id = f"{made_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    # Hours of training must not be lost to an import that is just running.
    with Archive.writing(self_, wait=WAIT) as archive:
        _sweep(self_, archive)
        try:
            refuse_withdrawn(self_, revisions, own, str(facts["settings"].get("audience", OWNER)))
        except Withdrawn:
            checkpoint.forget_runs(archive)
            checkpoint.sweep(self_, archive)
            raise
        hidden = self_.weights_dir / f"{HIDDEN}{id}"
        hidden.mkdir(mode=FOLDER_MODE)
        try:
            with self_.files.staged(hidden, PERSONAL_FILES) as folder:
                gguf, failed = write(folder)
            weights = Weights(
                id=id,
                path=self_.weights_dir / id,
                files=self_.files,
                base=base.id,
                base_sha256=base.sha256,
                made_at=utc_text(made_at),
                gguf=gguf,
                **{**facts, "notes": (*facts["notes"], *failed)},
            )
            manifest = json.dumps(weights.manifest(), indent=2, ensure_ascii=False)
            self_.files.write(hidden / MANIFEST, manifest)
            _make_durable(hidden)
            with archive.transaction():
                archive.register_artifact(KIND, f"weights/{id}", revisions.items(), weights.settings)
                checkpoint.forget_runs(archive)
                hidden.rename(weights.path)
                sync_folder(self_.weights_dir)
            checkpoint.sweep(self_, archive)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    return weights


def _write_model(folder: Path, model: Any, base: Base, *, in_memory: bool) -> _Written:
    """Checkpoint or adapter, tokenizer and GGUF; gives the GGUF's name and what could not be made."""
    # Imported here: they need numpy, which talking does not.
    from afterself.models.gguf_export import export_gguf
    from afterself.models.gguf_lora import export_lora

    adapter = hasattr(model, "peft_config")
    if adapter:
        for config in model.peft_config.values():
            config.base_model_name_or_path = base.id
        if in_memory:
            save_adapter(model, folder)
        else:
            # Left to itself, PEFT asks the hub whether the base's vocabulary was changed.
            model.save_pretrained(folder, save_embedding_layers=False)
            (folder / "README.md").unlink(missing_ok=True)
    elif in_memory:
        save_full(model, folder)
    else:
        model.save_pretrained(folder)
    for name in _TOKENIZER_FILES:
        if (base.path / name).is_file() and not (folder / name).exists():
            shutil.copyfile(base.path / name, folder / name)
    if not (folder / "tokenizer_config.json").exists():
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>"}
        write_atomic(folder / "tokenizer_config.json", json.dumps(config))
    try:
        if adapter:
            return export_lora(folder, base_config(base), folder / ADAPTER).name, ()
        export_gguf(folder, folder / "model.gguf", dtype="q8_0", name="afterself")
        return "model.gguf", ()
    except ModelError as error:
        return None, (f"no GGUF for the chat engine: {error.message}",)


def _make_durable(folder: Path) -> None:
    """Files private and forced to disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(FILE_MODE)
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def _sweep(self_: Self, archive: Archive) -> None:
    """Remove weights that may not be used: half-written ones, unregistered ones, stale ones."""
    from afterself.training import checkpoint

    current = set()
    for artifact in archive.artifacts(KIND):
        if artifact.state == "current":
            current.add(self_.path / artifact.path)
        elif artifact.state == "stale":
            shutil.rmtree(self_.path / artifact.path, ignore_errors=True)
            archive.set_artifact_state(artifact.id, "erased")
    for path in self_.weights_dir.iterdir():
        if path.is_dir() and path not in current and path.name != checkpoint.FOLDER:
            shutil.rmtree(path, ignore_errors=True)


def current_weights(self_: Self, audience: str = OWNER) -> Weights | None:
    """The newest weights that may be used for an audience, or None. Stale and unregistered ones may not."""
    with contextlib.suppress(NotAllowed):
        return _newest(self_, audience)[0]
    return None


def require_weights(self_: Self, audience: str = OWNER) -> Weights:
    """The newest weights that may be used for an audience: first those trained for it.

    They hold nothing that it may not see now. ModelError says why there are none and what to do.
    """
    newest, why = _newest(self_, audience)
    if newest is not None:
        return newest
    option = "" if audience == OWNER else f" --audience {audience}"
    raise ModelError(
        f"The weights of the self {self_.path} {why}.",
        remedy=f"Train it: afterself --self {self_.path} train{option}\n"
        f"Quotes need no weights: afterself talk{option} --answers recorded",
    )


def _newest(self_: Self, audience: str) -> tuple[Weights | None, str]:
    """The weights to use, or why there are none."""
    artifacts = list_artifacts(self_, KIND)
    usable = [
        artifact
        for artifact in reversed(artifacts)
        if artifact.state == "current" and (self_.path / artifact.path / MANIFEST).is_file()
    ]
    if not usable:
        stale = any(artifact.state != "current" for artifact in artifacts)
        return None, STALE if stale else "do not exist yet"
    with open_view(self_, "train", audience) as view:
        for artifact in sorted(usable, key=lambda one: one.settings.get("audience", OWNER) != view.audience):
            if view.sees_all(records_of_artifact(self_, artifact)):
                return read_weights(self_.path / artifact.path, self_.files), ""
    if view.audience == OWNER:
        return None, STALE
    return None, f"hold words that the audience “{view.audience}” may not see"


def read_weights(folder: Path, files: Files) -> Weights:
    """The manifest of a weights folder of the self that `files` opens.

    ModelError if it is damaged or of a newer version.
    """
    try:
        facts = json.loads(files.read_text(folder / MANIFEST))
        if facts.pop("format") != FORMAT:
            raise ModelError(
                f"The weights {folder.name} were made by a newer version of Afterself.",
                remedy="Update this installation, or train again.",
            )
        return Weights(path=folder, files=files, **{**facts, "notes": tuple(facts["notes"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"The manifest of the weights {folder} cannot be read ({type(error).__name__}).",
            remedy=BROKEN,
        ) from error


def load_weights(weights: Weights, base: Base) -> Any:
    """The trained model in float32 on the CPU, in evaluation mode.

    ModelError if `base` is not the one that the weights were trained on, or a file is damaged.
    """
    if base.sha256 != weights.base_sha256:
        raise ModelError(
            f"The weights {weights.id} belong to another version of the base {weights.base}.",
            remedy="Bring that base back, or train again on this one.",
        )
    if SHIPPED in weights.settings:
        raise ModelError(
            f"The weights {weights.id} came as an adapter to talk with; they cannot be measured.",
            remedy="Train weights here, then measure those: `afterself train`, or `afterself demo`.",
        )
    files = weights.files or Files(weights.path)
    with files.as_folder(weights.path) as folder:
        if weights.method != "lora":
            return load_folder(folder, f"The checkpoint {weights.path}", remedy=BROKEN)
        return _load_adapter(weights, load_torch(base), folder)


def _load_adapter(weights: Weights, base: Any, folder: Path) -> Any:
    """`base` with the adapter in `folder` laid over it, in evaluation mode."""
    from peft import PeftModel, get_peft_model_state_dict
    from safetensors import SafetensorError

    from afterself.models.safetensors_read import SafetensorsFolder

    called = f"The adapter {weights.path}"
    there = SafetensorsFolder(folder, "adapter_model")
    try:
        model = PeftModel.from_pretrained(base, folder).eval()
    except (OSError, ValueError, TypeError, RuntimeError, KeyError, SafetensorError) as error:
        raise ModelError(f"{called} cannot be loaded: {error}", remedy=BROKEN) from None
    if set(there) != get_peft_model_state_dict(model, save_embedding_layers=False).keys():
        raise ModelError(f"{called} is not whole, or was made for another base.", remedy=BROKEN)
    return model
