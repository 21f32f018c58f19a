"""What a base model can do, measured: which languages it knows, and whether it copies and cites.

    languages     the same sentences in twelve languages, and the bits that a base pays for them
    copying       can it repeat a numbered source word for word and set its mark
    report        both as one result, kept beside the base

Importing this package loads none of torch, transformers or llama.cpp.
"""

from __future__ import annotations

from afterself.models.probe.report import Probe, kept_probe, probed

__all__ = ["Probe", "kept_probe", "probed"]
