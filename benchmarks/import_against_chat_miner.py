"""Our WhatsApp import against chat-miner's parser, on the same generated export.

    python benchmarks/import_against_chat_miner.py --messages 100000

Parsing only, for both; and, with nobody to hold it against, our whole import: stored durably with every
field, the raw bytes and the lexical index. chat-miner (MIT) goes into the environment by hand:
`pip install chat-miner==0.6.0`. What it leaves out of its result is in the notes that this writes.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from runner import Comparison, Metric, alternate, common_arguments, finish, in_a_process, need_room, say
from whatsapp_maker import write

OURS, THEIRS, STORED = "ours, parsing", "chat-miner, parsing", "ours, stored and indexed"
METRICS = (
    Metric("messages_per_cpu_s", "messages per CPU-second, without the start of the process"),
    Metric("messages_per_s", "messages per second of wall time, without the start of the process"),
    Metric("process_peak_mib", "peak memory of the process, MiB", higher_is_better=False),
)


def ours(export: Path) -> Counter[str]:
    """Every draft that the importer yields, counted by author."""
    from afterself.archive.drafts import RecordDraft
    from afterself.importers.contract import Options
    from afterself.importers.source_view import SourceView
    from afterself.importers.whatsapp import WhatsAppImporter

    with SourceView.at(export) as source:
        drafts = WhatsAppImporter().open(source, Options(zone="UTC"))
        return Counter(d.author.name for d in drafts if isinstance(d, RecordDraft) and d.author)


def theirs(export: Path) -> Counter[str]:
    """chat-miner's list of parsed messages, counted by author; its data frame is not asked for."""
    from chatminer.chatparsers import WhatsAppParser

    logging.disable(logging.CRITICAL)
    parser = WhatsAppParser(str(export))
    parser.parse_file()
    return Counter(message.author for message in parser.parsed_messages._parsed_messages)


def stored(export: Path) -> Counter[str]:
    """The whole import into a fresh archive on disk, and what SQLite then counts."""
    import apsw

    from afterself.home.folder import Self
    from afterself.importers.contract import Options
    from afterself.importers.ingest import import_path

    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        self_ = Self.create(Path(folder) / "self", name="Speed", right="research", allow=("archive",))
        began, cpu = time.perf_counter(), time.process_time()
        import_path(self_, export, Options(me=("Ilvo Marentz",), zone="UTC"))
        taken.update(cpu_s=time.process_time() - cpu, wall_s=time.perf_counter() - began)
        db = apsw.Connection(str(self_.archive_path), flags=apsw.SQLITE_OPEN_READONLY)
        rows: Any = db.execute(
            "SELECT name, count(*) FROM record JOIN identity i ON i.id = author GROUP BY 1"
        )
        taken["archive_mib"] = round(self_.archive_path.stat().st_size / 2**20, 1)
        return Counter(dict(rows))


taken: dict[str, float] = {}
"""What a side timed itself, where not all that it does is the work."""

SIDES = {OURS: ours, THEIRS: theirs, STORED: stored}


def run(side: str, export: Path) -> None:
    """One side once, imports of modules before the clock starts."""
    import dateutil.parser  # noqa: F401  both sides: what is loaded is not what is measured

    _warm(side)
    began, cpu = time.perf_counter(), time.process_time()
    found = SIDES[side](export)
    spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - began} | taken
    count = found.total()
    say({
        **{key: round(value, 3) for key, value in spent.items()},
        "messages": count,
        "by_author": dict(sorted(found.items())),
        "messages_per_cpu_s": count / spent["cpu_s"],
        "messages_per_s": count / spent["wall_s"],
    })  # fmt: skip


def _warm(side: str) -> None:
    """The side over a file of twenty messages: everything is imported and compiled."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "WhatsApp Chat with nobody.txt"
        write(20, small)
        SIDES[side](small)
    taken.clear()


def main() -> None:
    parser = common_arguments(__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    given = parser.parse_args()
    if given.side:
        run(given.side, given.work)
        return
    name = f"import_{given.messages // 1000}k"
    need_room(given.results, name, replace=given.replace)
    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        export = Path(folder) / "WhatsApp Chat with Sadira.txt"
        write(given.messages, export)
        size = export.stat().st_size
        runs = alternate(
            list(SIDES), given.repeats, lambda s, n: in_a_process(s, n, __file__, "--work", str(export))
        )
    said = {run.side: run.values for run in runs}
    comparison = Comparison(
        name,
        f"A generated WhatsApp export of {given.messages:,} messages ({size / 2**20:.1f} MiB)",
        OURS,
        METRICS,
        ("chat-miner", "python-dateutil", "apsw-sqlite3mc"),
        runs,
        alongside=frozenset({STORED}),
        facts={"messages read": "; ".join(f"{side} {v['messages']:,}" for side, v in said.items()),
               "archive on disk, MiB": said[STORED]["archive_mib"]},
        notes=[_same_authors(said)],
    )  # fmt: skip
    finish(comparison, given.results, replace=given.replace)


def _same_authors(said: dict[str, dict[str, Any]]) -> str:
    differ = [side for side, values in said.items() if values["by_author"] != said[OURS]["by_author"]]
    if differ:
        return f"Not the same messages by author as ours: {', '.join(differ)}."
    return (
        "All sides found the same number of messages of each author. Of these, ours also carry the raw lines "
        "and their place, spans that are not the person's words, attachments, UTC times and warnings; "
        "chat-miner joins the lines of a message with blanks and keeps “<Media omitted>” as text."
    )


if __name__ == "__main__":
    main()
