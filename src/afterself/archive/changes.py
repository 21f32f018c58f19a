"""The change log: what people decided, append-only, as ids and hashes.

Each entry carries the device it was made on and a counter that grows over all
devices seen, so that two copies of a self can be merged in a later version in
the order in which things were decided. No names and no text stand in it.
"""

from __future__ import annotations

import hmac
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

_MACHINE_ID = Path("/etc/machine-id")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the change log. `at` is microseconds since 1970 UTC."""

    device: str
    counter: int
    at: int
    action: str
    facts: dict[str, Any]


class ChangeLog:
    """Appends to and reads the change log of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, secret: bytes, folder: Path) -> None:
        self._db = db
        try:
            machine = _MACHINE_ID.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            machine = str(uuid.getnode())
        # A copy of the folder, on this machine or another, must not count as the same device.
        self.device = hmac.digest(secret, f"device\0{machine}\0{folder}".encode(), "sha256").hex()[:16]

    def append(self, action: str, **facts: Any) -> None:
        """Add one decision."""
        self.append_all(action, [facts])

    def append_all(self, action: str, all_facts: Iterable[Mapping[str, Any]]) -> None:
        """Add a decision of one kind about each of many things."""
        top: Any = self._db.execute("SELECT coalesce(max(counter), 0) FROM change_log").get
        at = time.time_ns() // 1000
        self._db.executemany(
            "INSERT INTO change_log (device, counter, at, action, facts) VALUES (?, ?, ?, ?, ?)",
            (
                (self.device, counter, at, action, json.dumps(facts, sort_keys=True))
                for counter, facts in enumerate(all_facts, start=top + 1)
            ),
        )

    def entries(self) -> list[Change]:
        """Every decision, oldest first."""
        rows = self._db.execute(
            "SELECT device, counter, at, action, facts FROM change_log ORDER BY counter, device"
        )
        return [Change(device, n, at, action, json.loads(facts)) for device, n, at, action, facts in rows]
