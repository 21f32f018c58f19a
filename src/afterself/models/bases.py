"""Which base model a person means -> its files, pinned by hash, loadable in torch and in llama.cpp.

A base is the embedded one, a local Hugging Face folder, or a hub id. Nothing is fetched unless the
caller says so. GGUF files of folders are made once and kept in the user's cache directory: bases are
public, so nothing of a person lies there. What training makes of a base is not known here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from afterself.errors import MissingExtra, ModelError
from afterself.home.atomic import write_atomic
from afterself.home.counting import counted
from afterself.models.gguf_metadata import read_metadata
from afterself.models.json_object import read_object, shards_of

EMBEDDED = "embedded"
MANIFEST = "manifest.json"
"""Lies beside weights that training made, and says what they were made from."""
_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
_LONGEST_WHY = 300
FILES_OF_A_BASE = ["*.json", "*.safetensors", "README.md", "LICENSE*"]


@dataclass(frozen=True, slots=True)
class Base:
    """A base model on this disk."""

    id: str
    """What the person named: "embedded", a path, or a hub id."""
    kind: Literal["embedded", "folder", "hub"]
    path: Path
    """Folder with tokenizer.json, and for other than the embedded base config and safetensors."""
    gguf: Path | None
    """A GGUF that is there already; use `gguf_for` to get one in any case."""
    sha256: str
    """Pins weights, config and tokenizer together."""
    context: int
    """Tokens that the model was trained to read."""
    license: str
    """SPDX expression, or "unknown"."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of what it was made from, where its card says so."""


def resolve_base(
    spec: str | Path | None = None, *, allow_network: bool = False, sha256: str | None = None
) -> Base:
    """Find a base: None or "embedded", a folder, or a hub id such as Qwen/Qwen3-0.6B-Base.

    A hub id that is not in the local hub cache is fetched only with `allow_network`; without it
    ModelError says how. `sha256` is the version that weights pin: one that a bundle brought along
    (`kept_bases`) is found by it, whatever it is called here. Raises ModelError if there is no such base or
    it is incomplete.
    """
    name = str(spec or EMBEDDED)
    if sha256 is not None and (kept := kept_bases() / sha256).is_dir() and not _missing(kept):
        return _folder(name, "folder", kept)
    if name == EMBEDDED:
        return _embedded(embedded_folder())
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _folder(str(folder.resolve()), "folder", folder.resolve())
    if _HUB_ID.match(name):
        return _folder(name, "hub", _from_hub(name, allow_network))
    raise _no_base(name)


def _no_base(name: str) -> ModelError:
    return ModelError(
        f"There is no base model “{name}”: it is no folder, and hub ids look like owner/name.",
        remedy="Name a folder with a Hugging Face model, a hub id, or “embedded”.",
    )


def embedded_folder() -> Path:
    """Where the base that comes with the package lies."""
    return Path(str(resources.files("afterself.models"))) / "embedded"


def _embedded(folder: Path) -> Base:
    gguf, tokenizer, card = (folder / n for n in ("base.gguf", "tokenizer.json", "card.json"))
    if not all(path.is_file() for path in (gguf, tokenizer, card)):
        raise ModelError(
            "This installation has no embedded base model.",
            remedy="Reinstall the package, or name another base: --base FOLDER.",
        )
    meta = read_metadata(gguf)
    told = json.loads(card.read_text(encoding="utf-8"))
    return Base(
        id=EMBEDDED,
        kind="embedded",
        path=folder,
        gguf=gguf,
        sha256=_fingerprint([gguf, tokenizer]),
        context=meta.integer(f"{meta.text('general.architecture')}.context_length"),
        license=str(told.get("license", "unknown")),
        languages=tuple(str(code) for code in told.get("languages", ())),
    )


def _folder(name: str, kind: Literal["folder", "hub"], folder: Path) -> Base:
    if (folder / MANIFEST).is_file() and "owner_messages" in read_object(folder / MANIFEST):
        raise ModelError(
            f"{folder} holds the weights of a self: they are no base for others, because what is forgotten "
            "in the self would live on in these.",
            remedy="Name the base that they were made from, or leave --base out.",
        )
    missing = _missing(folder)
    if missing:
        raise ModelError(
            f"{folder} is no complete base: it lacks {' and '.join(missing)}.",
            remedy="A base is a folder in the form that save_pretrained() of transformers writes.",
        )
    files = [folder / "config.json", folder / "tokenizer.json", *sorted(folder.glob("*.safetensors"))]
    longest = read_object(files[0]).get("max_position_embeddings")
    return Base(
        id=name,
        kind=kind,
        path=folder,
        gguf=None,
        sha256=_fingerprint(files),
        context=longest if isinstance(longest, int) and longest > 0 else 1024,
        license=_license(folder / "README.md"),
    )


def _missing(folder: Path) -> list[str]:
    """What a folder lacks to be a base."""
    wanted = ["config.json", "tokenizer.json"]
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        wanted += shards_of(index)
    else:
        wanted.append("model.safetensors")
    return [name for name in wanted if not (folder / name).is_file()]


def _license(card: Path) -> str:
    """The `license:` line of a model card's front matter."""
    text = card.read_text(encoding="utf-8", errors="replace")[:4000] if card.is_file() else ""
    found = re.search(r"^license:[ \t]*([\w.+-]+)[ \t]*$", text, flags=re.MULTILINE)
    return found[1] if found else "unknown"


def _fingerprint(files: list[Path]) -> str:
    """One sha256 over names and contents; remembered in the cache while sizes and times stay.

    The time of the last change of the inode is among them: a copy may bring an older file's time along.
    """
    found_now = [(str(p.resolve()), p.stat()) for p in files]
    stats = [(name, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for name, s in found_now]
    known = cache_folder() / "fingerprints" / hashlib.sha256(repr(stats).encode()).hexdigest()[:32]
    if known.is_file() and re.fullmatch("[0-9a-f]{64}", found := known.read_text()):
        return found
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            whole.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    with suppress(OSError):  # only a shortcut: a cache that cannot be written costs time
        known.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(known, whole.hexdigest())
    return whole.hexdigest()


def cache_folder() -> Path:
    """Where GGUF files of bases and their hashes are kept; may be deleted at any time."""
    import platformdirs

    return platformdirs.user_cache_path("afterself")


def kept_bases() -> Path:
    """Where bases that came in bundles lie, each in a folder called by its hash; shared by all selves."""
    import platformdirs

    return platformdirs.user_data_path("afterself") / "bases"


def _from_hub(name: str, allow_network: bool) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError:
        raise MissingExtra("train", "Using a model from the Hugging Face hub") from None
    try:
        here = Path(snapshot_download(name, local_files_only=True, allow_patterns=FILES_OF_A_BASE))
        if not _missing(here):
            return here
    except HFValidationError:
        raise _no_base(name) from None
    except (LocalEntryNotFoundError, FileNotFoundError):
        pass
    if not allow_network:
        raise ModelError(
            f"The base {name} is not on this machine, and nothing is fetched unasked.",
            remedy=f"Allow it with --allow-network, or fetch it yourself: hf download {name}",
        )
    try:
        with _online():
            return Path(snapshot_download(name, allow_patterns=FILES_OF_A_BASE))
    except Exception as error:  # network, authorisation, disk: one sentence for the person
        raise ModelError(
            f"The base {name} could not be fetched: {type(error).__name__}.",
            remedy="Check the name and the connection; gated models need `hf auth login` first.",
        ) from None


@contextmanager
def _online() -> Iterator[None]:
    """The hub library reaches the network inside this block only."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = False
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def base_config(base: Base) -> dict[str, Any]:
    """The Hugging Face config of a base, for exports; the embedded one's comes out of its GGUF."""
    if base.kind == "embedded":
        from afterself.models.gguf_import import config_from_gguf

        return config_from_gguf(base.path / "base.gguf")
    from afterself.models.gguf_export import read_config

    return read_config(base.path)


def load_torch(base: Base) -> Any:
    """The base as a transformers model in float32 on the CPU, in evaluation mode.

    Code from a model's folder is never run. Raises ModelError if it cannot be loaded or lacks a part,
    MissingExtra without torch and transformers.
    """
    if base.kind == "embedded":
        from afterself.models.gguf_import import load_gguf

        return load_gguf(base.path / "base.gguf")
    again = "Fetch or copy it again, or choose another base. The embedded one is always here: --base embedded"
    return load_folder(base.path, f"The base {base.id}", remedy=again)


def load_folder(folder: Path, called: str, *, remedy: str) -> Any:
    """`load_torch` for the weights in a folder, which errors call `called`; `remedy` is what helps."""
    try:
        import torch
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging
    except ImportError:
        raise MissingExtra("train", "Loading a model for training or scoring") from None
    logging.disable_progress_bar()  # progress is told by our own line
    try:
        model, found = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except MemoryError:
        raise
    except Exception as error:  # in a folder of anybody's, anything may be wrong
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise ModelError(f"{called} cannot be loaded: {why[:_LONGEST_WHY]}", remedy=remedy) from None
    lacking = sorted(found["missing_keys"])
    if lacking:  # left to itself, transformers fills them with random numbers
        raise ModelError(
            f"{called} is not whole: it lacks {counted(len(lacking), 'tensor')} ({lacking[0]}).",
            remedy=remedy,
        )
    return model.eval()


def gguf_for(base: Base, dtype: Literal["f32", "f16", "q8_0"] = "q8_0") -> Path:
    """A GGUF of the base for the chat engine: its own, or one made once and cached."""
    if base.gguf is not None:
        return base.gguf
    cached = cache_folder() / "gguf" / f"{base.sha256}-{dtype}.gguf"
    if not cached.is_file():
        from afterself.models.gguf_export import export_gguf

        license_id = "" if base.license == "unknown" else base.license
        try:
            export_gguf(base.path, cached, dtype=dtype, name=base.id, license_id=license_id)
        except OSError as error:
            raise ModelError(
                f"The base {base.id} cannot be made ready: {cached.parent} ({error.strerror}).",
                remedy="Make room there, or make the folder writable; XDG_CACHE_HOME names another.",
            ) from error
    return cached
