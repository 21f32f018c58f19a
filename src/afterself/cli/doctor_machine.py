"""The machine: cores, memory, devices, disk; and whether the chat engine and the embedded base work on it.

What could crash (llama.cpp on a CPU it was not built for) or takes long to import (torch) runs in a
process of its own, so that this command answers whatever happens there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterself.cli.doctor_checks import Check, broken, good, note
from afterself.cli.doctor_installed import install_command, version_of
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.models.bases import Base

PART = "Machine"
_WAIT = 120
_LEAST_MEMORY, _TRAIN_MEMORY = 300e6, 2e9
_LEAST_DISK, _SOME_DISK = 100e6, 1e9

_DEVICES = """
import json, torch
cuda = torch.cuda.is_available()
print(json.dumps({
    "cuda": [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())] if cuda else [],
    "built": torch.version.cuda or torch.version.hip,
    "mps": torch.backends.mps.is_available(),
    "threads": torch.get_num_threads(),
}))
"""
_ENGINE = """
import contextlib, json, time
from afterself.models.bases import gguf_for, resolve_base
from afterself.models.chat_engine import ChatEngine
base, began = resolve_base(), time.monotonic()
with ChatEngine(gguf_for(base), threads=1) as engine:
    loaded = time.monotonic() - began
    text = "".join(engine.generate(engine.tokenize("Good morning"), max_tokens=8, temperature=0))
print(json.dumps({"seconds": loaded, "wrote": bool(text)}))
"""


def checks(folder: Path) -> Iterator[Check]:
    """The machine as the road needs it; `folder` is where the self is, or would be made."""
    yield _cores()
    yield _memory()
    yield _devices()
    yield _disk(folder)
    yield _cache()
    yield from _base()


def _cores() -> Check:
    from afterself.home.cores import usable_cores
    from afterself.training.device import cpu_has_bfloat16, cpu_name

    set_by = os.environ.get("OMP_NUM_THREADS")
    threads = f"; OMP_NUM_THREADS sets torch's threads to {set_by}" if set_by else ""
    wide = ", multiplies bfloat16" if cpu_has_bfloat16() else ""
    return good(
        PART, "processor", f"{cpu_name()}{wide}; {counted(usable_cores(), 'core')} may be used{threads}"
    )


def _memory() -> Check:
    from afterself.training.device import free_memory

    free = free_memory()
    if free is None:
        return good(PART, "memory", "not known on this system")
    told = f"{free / 1e9:.1f} GB can be had"
    if free < _LEAST_MEMORY:
        return broken(
            PART, "memory", told, "Close other programs: a talk needs about 0.1 GB, training 1 to 2."
        )
    if free < _TRAIN_MEMORY:
        return note(PART, "memory", f"{told}: enough to ask and talk, little to train")
    return good(PART, "memory", told)


def _devices() -> Check:
    version = version_of("torch")
    if version is None:
        return note(PART, "devices", "not known: torch is not installed. Asking and talking run on the CPU")
    found, why = in_a_process(_DEVICES)
    if found is None:
        return broken(PART, "devices", f"torch {version} does not start: {why}", install_command("train"))
    names = [f"CUDA {name}" for name in found["cuda"]] + (
        ["MPS (seen, not used yet)"] if found["mps"] else []
    )
    if not names and found["built"] is None:
        return good(PART, "devices", f"CPU only: torch {version} is a build without GPU")
    return good(PART, "devices", f"torch {version}: {', '.join(names) or 'CPU only, no GPU was found'}")


def _disk(folder: Path) -> Check:
    from afterself.home.disk import existing, free_bytes

    free = free_bytes(folder)
    if free is None:
        return note(PART, "disk", f"how much is free at {existing(folder)} cannot be asked")
    told = f"{free / 1e9:.1f} GB free at {existing(folder)}"
    if free < _LEAST_DISK:
        return broken(PART, "disk", told, "Free some space: weights of the embedded base alone take 0.05 GB.")
    if free < _SOME_DISK:
        return note(PART, "disk", told, "Enough for the embedded base; a bigger one needs some GB.")
    return good(PART, "disk", told)


def _cache() -> Check:
    from afterself.home.disk import existing
    from afterself.models.bases import cache_folder

    folder = cache_folder()
    if os.access(existing(folder), os.W_OK | os.X_OK):
        return good(PART, "cache", f"{folder} (public bases only; may be deleted)")
    return broken(
        PART, "cache", f"{folder} cannot be written", "Make it writable, or set XDG_CACHE_HOME to a folder."
    )


def _base() -> Iterator[Check]:
    """The embedded base, byte for byte, and llama.cpp with it."""
    import hashlib

    from afterself.errors import AfterselfError
    from afterself.models.bases import embedded_folder, resolve_base

    again = "Install Afterself again, or take its folder models/embedded from a fresh clone."
    try:
        base = resolve_base()
        card = json.loads((embedded_folder() / "card.json").read_text("utf-8"))
        data = (embedded_folder() / "base.gguf").read_bytes()
    except (AfterselfError, OSError, ValueError) as error:
        yield broken(PART, "embedded base", str(error).splitlines()[0], again)
        return
    if hashlib.sha256(data).hexdigest() != card.get("sha256"):
        yield broken(PART, "embedded base", "its file is not the one its card was written for", again)
        return
    yield good(
        PART, "embedded base",
        f"{card.get('name')}, {len(data) / 1e6:.1f} MB, reads {base.context} tokens, "
        f"{_abilities(base)}; sha256 {base.sha256[:12]}…",
    )  # fmt: skip
    found, why = in_a_process(_ENGINE)
    version = version_of("xllamacpp")
    if found is None or not found["wrote"]:
        yield broken(
            PART, "chat engine", f"llama.cpp (xllamacpp {version}) fails here: {why or 'it is silent'}",
            f"{sys.executable} -m pip install --force-reinstall --no-deps xllamacpp",
        )  # fmt: skip
    else:
        yield good(
            PART,
            "chat engine",
            f"xllamacpp {version} loads it in {found['seconds']:.1f} s and writes with it",
        )


def _abilities(base: Base) -> str:
    """What its probe found; its languages alone where it was not probed."""
    from afterself.models.probe import kept_probe

    found = kept_probe(base)
    if found is None:
        return ", ".join(base.languages)
    return f"knows {', '.join(found.knows)}, {'writes' if found.grounded else 'no'} prose from sources"


def in_a_process(code: str) -> tuple[dict[str, Any] | None, str]:
    """The JSON that a Python of its own prints, or None and in a few words why there is none."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_WAIT, check=False
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer after {_WAIT} s"
    except OSError as error:
        return None, error.strerror or type(error).__name__
    if done.returncode < 0:
        return None, f"it was ended by signal {-done.returncode} (4: the processor lacks an instruction)"
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines()
        return None, said[-1][:200] if said else f"exit code {done.returncode}"
    found: dict[str, Any] = json.loads(lines[-1])
    return found, ""
