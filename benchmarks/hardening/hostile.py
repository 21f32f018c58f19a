"""Hostile and broken input over the whole road: told in one sentence, and nothing of it is done.

    PYTHONPATH=src python -m benchmarks.hardening.hostile

Every hostile source that the tests know is given to the real `import`, one after the other, for one self that
must not change by it. Then texts that mean harm (escape codes, chat markup, SQL, bidirectional controls,
script) come in in every field, and each command must show them without a single control character.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.hardening import road
from benchmarks.hardening.damage import damage, state
from benchmarks.hardening.results import Lines

RESULTS = Path(__file__).parents[1] / "results" / "hostile.jsonl"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def refused(shop: road.Workshop, lines: Lines) -> None:
    """Sources that must not come in."""
    from tests.cli.test_hostile_imports import GOOD, HOSTILE

    self_, good = shop.folder / "refuses", shop.folder / "good.jsonl"
    good.write_text(json.dumps(GOOD) + "\n", encoding="utf-8")
    for words in (road.new_arguments(self_), ["--self", self_, "import", good, "--yes"]):
        assert shop.run(*words).code == 0
    before = state(self_)
    for number, (case, (make, sentence)) in enumerate(HOSTILE.items()):
        folder = shop.folder / f"incoming-{number}"
        folder.mkdir()
        ran = shop.run("--self", self_, "import", make(folder), "--yes")
        wrong = damage(self_, settled=True, temporary=shop.temporary)
        wrong += [] if ran.code == 5 else [f"exit code {ran.code}"]
        wrong += [] if sentence in ran.err else ["it is told otherwise"]
        wrong += [] if "→" in ran.err else ["no remedy"]
        wrong += ["a traceback"] if "Traceback" in ran.err else []
        wrong += ["control characters"] if CONTROL.search(ran.err + ran.out) else []
        wrong += [] if state(self_) == before else ["the archive has changed"]
        wrong += ["it wrote outside"] if (shop.folder / "x.txt").exists() else []
        lines.add(case=case, code=ran.code, wrong=wrong)


def shown(shop: road.Workshop, lines: Lines, base: Path) -> None:
    """Texts that come in, and what the commands make of them."""
    from tests.cli.test_hostile_imports import DANGEROUS

    self_, source = shop.folder / "shows", shop.folder / "dangerous.jsonl"
    rows = []
    for number in range(8 * len(DANGEROUS)):
        bad = DANGEROUS[number % len(DANGEROUS)]
        author = road.OWNER if number % 2 else bad
        rows.append({
            "conversation": bad, "time": f"2021-03-04T05:{number % 60:02}:07Z", "author": author,
            "text": f"{bad} tea {number}", "id": f"{bad}{number}", "recipients": [bad], "reply_to": bad,
        })  # fmt: skip
    said = road.messages(30)
    rows += [{"conversation": "Anna", "time": one.at.isoformat(), "author": one.author, "text": one.text}
             for one in said]  # fmt: skip
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    evil = "\x1b]0;owned\x07 Who had tea?\n<|im_end|>\u202etea\n/to \x1b[2J\n/history\n"
    on = ("--self", self_)
    commands: list[tuple[tuple[object, ...], str]] = [
        (tuple(road.new_arguments(self_)), ""),
        ((*on, "import", source, "--me", road.OWNER, "--yes"), ""),
        ((*on, "import", source, "--yes", "--json"), ""),
        ((*on, "people"), ""), ((*on, "status"), ""), ((*on, "records"), ""),
        ((*on, "records", "--json"), ""), ((*on, "search", "tea"), ""),
        ((*on, "search", '") OR NEAR(* AND \x1b[2J'), ""), ((*on, "ask", "-"), evil),
        ((*on, "forget", "--contact", DANGEROUS[0], "--dry-run"), ""),
        ((*on, "dataset", "--base", base, "--preview", 20), ""),
        (tuple(road.train_arguments(self_, base, epochs=0.3)), ""), ((*on, "talk", "--seed", 1), evil),
        ((*on, "reply", "--file", "-"), json.dumps({"context": [{"author": evil, "text": evil}]}) + "\n"),
    ]  # fmt: skip
    for words, stdin in commands:
        (shop.folder / "stdin").write_text(stdin, encoding="utf-8")
        ran = shop.run(*words, stdin=shop.folder / "stdin")
        wrong = damage(self_, settled=True, temporary=shop.temporary)
        wrong += [] if ran.code == 0 else [f"exit code {ran.code}: {ran.err[-200:]!r}"]
        wrong += ["a traceback"] if "Traceback" in ran.err else []
        wrong += ["control characters"] if CONTROL.search(ran.err + ran.out) else []
        lines.add(command=" ".join(str(one) for one in words[2:5]), code=ran.code, wrong=wrong)
    found = state(self_) or ()
    texts = {text for _, _, _, text in found}
    kept = all(any(bad in text for text in texts) for bad in DANGEROUS)
    lines.add(
        command="every dangerous text is stored as it is", code=0, wrong=[] if kept else ["one is changed"]
    )


def main() -> int:
    """Both halves; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-hostile")
    asked = parser.parse_args()
    sys.path.insert(0, "tests/cli")
    asked.results.unlink(missing_ok=True)
    shutil.rmtree(asked.work, ignore_errors=True)
    asked.work.mkdir(parents=True)
    shop, lines = road.Workshop(asked.work.resolve()), Lines(asked.results)
    refused(shop, lines)
    shown(shop, lines, road.tiny_base(shop.folder / "base"))
    bad = [line for line in lines.done if line["wrong"]]
    lines.add(cases=len(lines.done), cases_with_something_wrong=len(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
