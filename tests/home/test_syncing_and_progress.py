from __future__ import annotations

from pathlib import Path

import pytest

from afterself.home.jobs import Progress, Report
from afterself.home.syncing import syncing_program


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("Dropbox/anna", "Dropbox"),
        ("Dropbox (Personal)/anna", "Dropbox"),
        ("OneDrive - Contoso/deep/anna", "OneDrive"),
        ("Library/Mobile Documents/com~apple~CloudDocs/anna", "iCloud"),
        ("Google Drive/anna", "Google Drive"),
        ("Nextcloud/anna", "Nextcloud"),
        ("one drivers/anna", None),
        ("dropboxes/anna", None),
    ],
)
def test_a_folder_under_a_sync_program_is_known_by_its_name(
    tmp_path: Path, folder: str, program: str | None
) -> None:
    assert syncing_program(tmp_path / folder) == program


def test_a_folder_kept_by_syncthing_is_known_by_its_marker(tmp_path: Path) -> None:
    assert syncing_program(tmp_path / "a" / "self") is None
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".stfolder").mkdir()
    assert syncing_program(tmp_path / "a" / "self") == "Syncthing"


def test_progress_tells_how_far_and_how_long_still() -> None:
    now = [0.0]
    heard: list[Report] = []
    progress = Progress(heard.append, interval=1.0, clock=lambda: now[0])
    progress.start("import", total=100, unit="records")
    for _ in range(25):
        now[0] += 0.5
        progress.advance()
    progress.finish("done")
    assert heard[0] == Report("import", 0, 100, "records", 0.0, None)
    assert heard[-1] == Report("import", 25, 100, "records", 12.5, 37.5, "done", finished=True)
    assert len(heard) == 1 + 12 + 1
