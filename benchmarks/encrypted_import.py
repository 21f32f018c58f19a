"""The same import into an encrypted self and into a plain one, and a search afterwards.

    python benchmarks/encrypted_import.py --messages 50000

Both store durably, with every field, the raw bytes and the lexical index. What trying a passphrase
costs is not in it: that is one time for each command, on purpose.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from runner import Comparison, Metric, alternate, common_arguments, finish, in_a_process, need_room, say
from whatsapp_maker import write

SEALED, PLAIN = "encrypted", "plain"
METRICS = (
    Metric("messages_per_cpu_s", "messages stored per CPU-second, without the start of the process"),
    Metric("read_cpu_s", "CPU-seconds to open the archive and read all records", higher_is_better=False),
    Metric("process_peak_mib", "peak memory of the process, MiB", higher_is_better=False),
    Metric("archive_mib", "archive.db, MiB", check=True),
)


def run(side: str, export: Path) -> None:
    """One import; a tiny one before it, so that what is loaded is not what is measured."""
    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        small = Path(folder) / "WhatsApp Chat with nobody.txt"
        write(20, small)
        _imported(side, Path(folder) / "warm", small)
        say(_imported(side, Path(folder) / "self", export))


def _imported(side: str, folder: Path, export: Path) -> dict[str, float]:
    from afterself.home.folder import Self
    from afterself.home.keys import Cost
    from afterself.importers.contract import Options
    from afterself.importers.ingest import import_path
    from afterself.policy import open_view

    self_ = Self.create(
        folder, name="Speed", right="research", allow=("archive",), cost=Cost(8192, 1),
        passphrase="seven lanterns on the quay" if side == SEALED else None,
    )  # fmt: skip
    cpu = time.process_time()
    import_path(self_, export, Options(me=("Ilvo Marentz",), zone="UTC"))
    stored = time.process_time() - cpu
    cpu = time.process_time()
    with open_view(self_, "list") as view:
        count = sum(1 for _ in view.records())
    return {
        "messages": count,
        "messages_per_cpu_s": count / stored,
        "read_cpu_s": time.process_time() - cpu,
        "archive_mib": round(self_.archive_path.stat().st_size / 2**20, 1),
    }


def main() -> None:
    parser = common_arguments(__doc__)
    parser.add_argument("--messages", type=int, default=50_000)
    given = parser.parse_args()
    if given.side:
        run(given.side, given.work)
        return
    name = f"encrypted_import_{given.messages // 1000}k"
    need_room(given.results, name, replace=given.replace)
    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        export = Path(folder) / "WhatsApp Chat with Sadira.txt"
        write(given.messages, export)
        runs = alternate(
            [SEALED, PLAIN], given.repeats, lambda s, n: in_a_process(s, n, __file__, "--work", str(export))
        )
    comparison = Comparison(
        name,
        f"A generated WhatsApp export of {given.messages:,} messages into an encrypted and a plain self",
        SEALED,
        METRICS,
        ("apsw-sqlite3mc", "pynacl"),
        runs,
        facts={"messages stored": {int(run.values["messages"]) for run in runs}.pop()},
    )
    finish(comparison, given.results, replace=given.replace)


if __name__ == "__main__":
    main()
