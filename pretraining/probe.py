"""What the embedded base can do (`afterself.models.probe`), written beside it as the package ships it.

python pretraining/probe.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.home.jobs import Progress
from afterself.models.bases import resolve_base
from afterself.models.probe.report import keep, measured


def main() -> None:
    base = resolve_base("embedded")
    found = measured(base, Progress())
    keep(found, base.path / "probe.json")
    print(f"knows {', '.join(found.knows) or 'none'}; {found.copying}")


if __name__ == "__main__":
    main()
