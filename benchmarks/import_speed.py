"""How fast an export becomes an archive: CPU and wall seconds for the first and the second import of it.

Usage: python benchmarks/import_speed.py EXPORT [OWNER]

With the name of its owner the languages of what they wrote are told too, which loads a model. Prints the
machine and one JSON object a run; nothing is kept.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from afterself.home import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from this_machine import header


def main(export: Path, *owner: str) -> None:
    print(header())
    with tempfile.TemporaryDirectory() as folder:
        self_ = Self.create(Path(folder) / "self", name="Speed", right="research", allow=("archive",))
        for run in ("first", "again"):
            cpu, wall = time.process_time(), time.perf_counter()
            summary = import_path(self_, export, Options(me=owner))
            print(
                json.dumps(
                    {
                        "run": run,
                        "new": summary.new,
                        "same": summary.same,
                        "owner": bool(summary.owner),
                        "cpu_s": round(time.process_time() - cpu, 2),
                        "wall_s": round(time.perf_counter() - wall, 2),
                        "archive_mib": round(self_.archive_path.stat().st_size / 2**20, 1),
                        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                    }
                )
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
