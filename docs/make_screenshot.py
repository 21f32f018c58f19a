"""Draws docs/likeness.png: the likeness page of the demo person, as `afterself demo` has left it.

    python docs/make_screenshot.py [PAGE]

PAGE is the page to show, else demo-self/reports/likeness.html. Needs Chromium or Chrome; the browser gets
a profile of its own that is removed, and the page fetches nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PICTURE = Path(__file__).with_name("likeness.png")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH, HEIGHT = 900, 1130
"""CSS pixels: the figures and what they mean; the samples below are cut off."""


def draw(page: Path, picture: Path) -> None:
    """Take a picture of the top of a page; exits with a message where there is no browser."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        sys.exit(f"No browser is installed; one of these is needed: {', '.join(PROGRAMS)}.")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}",
            "--virtual-time-budget=2000",  # on a busy machine the window has its full size only after a while
            f"--screenshot={picture.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode or not picture.exists():
        sys.exit(f"{program} took no picture of {page}:\n{done.stderr[-500:]}")


def main() -> None:
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-self/reports/likeness.html")
    if not page.is_file():
        sys.exit(f"There is no page {page}. Make it first: afterself demo")
    draw(page, PICTURE)


if __name__ == "__main__":
    main()
