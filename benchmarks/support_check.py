"""How well the support check tells true claims about the demo person from false ones.

    PYTHONPATH=src python benchmarks/support_check.py [--split dev|test] [--errors]
                                                      [--scores FILE] [--against FILE]

The claims of claims/ were written without knowledge of the check. The demo person's chats are imported into
a self in a temporary folder, and each claim is given the records that go with it. Nothing is fitted here.
`--errors` lists claims on the wrong side, of the dev half only. The test half is for figures: once for a
committed version. `--scores` writes each claim's id, score and standing, and `--against` compares with
such a file of another version, claim by claim.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from afterself.demo.person import HESTER, chats
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.memory.support import Verdict, check
from afterself.memory.support.near import static_nearness
from afterself.memory.support.witness import Witness
from afterself.persona.grounding import CITED_FROM
from afterself.policy import open_view
from this_machine import header

CLAIMS = Path(__file__).parent / "claims"
SHOWN_BY_MISTAKE = {"true-reworded-01"}
"""Of the test half: its line was seen while the check was still being made."""
DRAWS = 2000


def lines(name: str, split: str) -> list[dict[str, Any]]:
    """The items of one half of a file."""
    found = [json.loads(line) for line in (CLAIMS / name).read_text("utf-8").splitlines()]
    return [one for one in found if one["split"] == split and one["id"] not in SHOWN_BY_MISTAKE]


def imported(folder: Path) -> Self:
    """A self with the demo person's chats."""
    self_ = Self.create(folder / "self", name=HESTER.name, right="fictional", allow=("archive",))
    for export in sorted(chats().glob("WhatsApp*")):
        import_path(self_, export, Options(me=(HESTER.name,)))
    return self_


def plain(text: str) -> str:
    """Text for comparing."""
    return " ".join(text.replace("’", "'").replace("\u200e", "").split())


def auroc(higher: list[float], lower: list[float]) -> float:
    """The chance that one of `higher` exceeds one of `lower`."""
    return sum((a > b) + 0.5 * (a == b) for a in higher for b in lower) / (len(higher) * len(lower))


def interval(values: list[float]) -> str:
    """The mean of values with its 95 % interval, by drawing them anew."""
    drawn = random.Random(20261121)
    means = sorted(sum(drawn.choices(values, k=len(values))) / len(values) for _ in range(DRAWS))
    return f"{sum(values) / len(values):.3f} [{means[DRAWS // 40]:.3f}, {means[-DRAWS // 40]:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--against", type=Path)
    arguments = parser.parse_args()
    near = static_nearness()
    judged: list[tuple[bool, dict[str, Any], Verdict]] = []
    with tempfile.TemporaryDirectory() as folder, open_view(imported(Path(folder)), "retrieve") as view:
        witness = Witness(view)
        records = [(plain(record.text), record.author_name, record.id) for record in view.records()]
        for true, name, field in ((True, "true.jsonl", "evidence"), (False, "false.jsonl", "made_from")):
            for item in lines(name, arguments.split):
                ids = [found for one in item[field] for found in holding(records, one)]
                judged.append((true, item, check(item["claim"], witness.evidence(ids), witness.cast, near)))
    print(header())
    report(judged)
    rows = [Row(item["id"], true, verdict.score, verdict.supported) for true, item, verdict in judged]
    if arguments.scores:
        arguments.scores.write_text(json.dumps(rows) + "\n", encoding="utf-8")
    if arguments.against:
        compared(rows, [Row(*row) for row in json.loads(arguments.against.read_text("utf-8"))])
    if arguments.errors and arguments.split == "dev":
        for true, item, verdict in judged:
            if verdict.supported != true:
                shown = " || ".join(one["excerpt"][:160] for one in item["evidence" if true else "made_from"])
                print(
                    "=" if true else "!",
                    item["kind"],
                    f"{verdict.score:.2f} ({verdict.reason})",
                    item["claim"],
                )
                print("     <-", shown)


class Row(NamedTuple):
    """What one version of the check says of one claim."""

    id: str
    true: bool
    score: float
    supported: bool


def compared(new: list[Row], old: list[Row]) -> None:
    """The differences to another version on the same claims, with 95 % intervals by drawing claims anew."""
    before = {row.id: row for row in old}
    pairs = [(row, before[row.id]) for row in new]
    drawn = random.Random(20261121)
    draws = [pairs, *(drawn.choices(pairs, k=len(pairs)) for _ in range(DRAWS))]
    for name, figure in FIGURES.items():
        gains = [figure([a for a, _ in draw]) - figure([b for _, b in draw]) for draw in draws]
        low, high = sorted(gains[1:])[DRAWS // 40], sorted(gains[1:])[-DRAWS // 40]
        print(f"against {name:42} {gains[0]:+.3f} [{low:+.3f}, {high:+.3f}]")


def supported_of(rows: list[Row], *, true: bool) -> float:
    """The share of the true or of the false claims that counts as supported."""
    found = [row.supported for row in rows if row.true == true]
    return sum(found) / len(found)


def kept_where_8_pass(rows: list[Row]) -> float:
    """The share of the true claims above the score that 8 % of the false reach."""
    at = sorted(row.score for row in rows if not row.true)[int(sum(not row.true for row in rows) * 0.92)]
    true = [row.score > at for row in rows if row.true]
    return sum(true) / len(true)


def told_apart(rows: list[Row]) -> float:
    """The AUROC of the scores, by ranks (Mann and Whitney, 1947)."""
    rank = 0.0
    by_score = sorted(rows, key=lambda row: row.score)
    for place, row in enumerate(by_score, start=1):
        rank += place if row.true else 0
    true = sum(row.true for row in rows)
    return (rank - true * (true + 1) / 2) / (true * (len(rows) - true))


FIGURES: dict[str, Callable[[list[Row]], float]] = {
    "true supported": lambda rows: supported_of(rows, true=True),
    "false supported": lambda rows: supported_of(rows, true=False),
    "true kept where 0.08 of the false pass": kept_where_8_pass,
    "AUROC": told_apart,
}


def holding(records: list[tuple[str, str, str]], wanted: dict[str, str]) -> list[str]:
    """The one record that holds an excerpt."""
    excerpt = plain(wanted["excerpt"])
    found = [id for text, author, id in records if excerpt in text and author == wanted["author"]]
    assert found, f"no record holds {wanted['file']} {wanted['time']}"
    return found[:1]


def report(judged: list[tuple[bool, dict[str, Any], Verdict]]) -> None:
    """The figures: as shipped, along the curve, and by kind (the share that counts as supported)."""
    scores = {true: [verdict.score for was, _, verdict in judged if was == true] for true in (True, False)}
    for standing in ("supported", "guess", "refused"):
        share = {
            true: interval([float(verdict.standing == standing) for was, _, verdict in judged if was == true])
            for true in (True, False)
        }
        print(f"{standing:10} true {share[True]}, false {share[False]}")
    cited = {true: [float(score >= CITED_FROM) for score in scores[true]] for true in (True, False)}
    print(
        f"from {CITED_FROM} (to cite for a generated sentence)"
        f" true {interval(cited[True])}, false {interval(cited[False])}"
    )
    print(f"AUROC {auroc(scores[True], scores[False]):.3f}")
    for passed in (0.03, 0.08, 0.15):
        at = sorted(scores[False])[int(len(scores[False]) * (1 - passed))]
        kept = interval([float(score > at) for score in scores[True]])
        print(f"  where {passed:.2f} of the false pass, {kept} of the true are kept (threshold {at:.3f})")
    for keep in (0.80, 0.85, 0.90, 0.95):
        at = sorted(scores[True])[int(len(scores[True]) * (1 - keep))]
        passed = sum(score >= at for score in scores[False]) / len(scores[False])
        print(f"  where {keep:.2f} of the true are kept, {passed:.3f} of the false pass (threshold {at:.3f})")
    by_kind: dict[tuple[bool, str], list[float]] = defaultdict(list)
    for true, item, verdict in judged:
        by_kind[true, item["kind"]].append(float(verdict.supported))
    for (true, kind), values in sorted(by_kind.items(), reverse=True):
        print(
            f"  {'true, kept   ' if true else 'false, passed'} {kind:11} n={len(values):3} {interval(values)}"
        )


if __name__ == "__main__":
    main()
