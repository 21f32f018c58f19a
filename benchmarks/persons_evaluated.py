"""`afterself evaluate` on the selves of real persons that persons_likeness.py built and kept.

Each is measured by the product's own command, the DuraSpace ones against each other (identification
by 1, 5 and 20 replies). What `evaluate --json` says is kept as one file a person in --raw, so that a
run can be stopped at any time; the figures go to --out. No text is written anywhere.

    AFTERSELF_SHARED=../shared python benchmarks/persons_evaluated.py --work /tmp/persons
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from persons import HERE, afterself, shared_folder
from persons_likeness import Raw, base_name, kept, shown

ALONE = "johnson"
"""He wrote in another place and time: telling him from the others would show nothing."""


def evaluate(folder: Path, rivals: list[Path], replies: int) -> Raw:
    """What the command says of one self."""
    against = ("--against", ",".join(map(str, rivals))) if rivals else ()
    out = afterself("--self", str(folder), "evaluate", *against, "--replies", str(replies), "--json")
    found: Raw = json.loads(out)
    found.pop("page")
    return found


def line(name: str, found: dict[str, Any]) -> str:
    """The figures of one person, readable."""
    bits = found["bits_per_byte"]
    held = found["held_out"]
    return f"{name:12} {held['replies']:>4} replies, {held['conversations']:>3} conversations  " + "  ".join(
        f"{what} {shown(bits[what])}" for what in bits
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="the folder of persons_likeness.py")
    parser.add_argument("--base", default="embedded")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--replies", type=int, default=100, help="held-out replies of each, evenly chosen")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "persons_evaluated.json")
    arguments = parser.parse_args()
    everybody = json.loads((shared_folder() / "splits.json").read_text(encoding="utf-8"))
    names = list(everybody["duraspace"]["persons"])
    place = arguments.work / f"{base_name(arguments.base)}-{arguments.seed}-default"
    selves = {name: place / "selves" / name for name in [ALONE, *names]}
    measured = {}
    for name, folder in selves.items():
        rivals = [] if name == ALONE else [selves[other] for other in names if other != name]
        make = functools.partial(evaluate, folder, rivals, arguments.replies)
        measured[name] = kept(place / "raw" / f"{name}.evaluated.json", make)
        print(line(name, measured[name]), flush=True)
    report = {
        "what": "afterself evaluate, DuraSpace selves against each other",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "seed": arguments.seed,
        "persons": measured,
    }
    arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
