"""Custody of a self: one signed and encrypted file in which a self leaves a machine and comes back.

The format stands in docs/bundles.md, with a reader that needs nothing of Afterself.
"""

from __future__ import annotations

from afterself.custody.bundle import Bundle, open_bundle
from afterself.custody.packing import Packed, pack
from afterself.custody.unpacking import Checked, Unpacked, check, unpack

__all__ = ["Bundle", "Checked", "Packed", "Unpacked", "check", "open_bundle", "pack", "unpack"]
