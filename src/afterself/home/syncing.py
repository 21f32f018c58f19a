"""Notices when a folder is kept by a file-sync program.

A self is one database with a journal beside it: a program that copies its files
one by one while they change makes copies that fit no moment. Detection is by
the names and marker files that the programs leave in the folders they keep.
"""

from __future__ import annotations

from pathlib import Path

_BY_MARKER = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".stfolder": "Syncthing",
    ".stignore": "Syncthing",
    ".owncloudsync.log": "ownCloud",
    ".nextcloudsync.log": "Nextcloud",
    ".tmp.driveupload": "Google Drive",
    ".tmp.drivedownload": "Google Drive",
    ".SeaDrive": "Seafile",
}
_BY_PREFIX = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "iclouddrive": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "mobile documents": "iCloud",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "pclouddrive": "pCloud",
    "seafile": "Seafile",
}


def syncing_program(path: Path) -> str | None:
    """Name of the file-sync program that keeps `path` or a folder above it, or None."""
    resolved = path.expanduser().resolve()
    for folder in (resolved, *resolved.parents):
        name = folder.name.casefold()
        for start, program in _BY_PREFIX.items():
            if name == start or name.startswith((f"{start} ", f"{start}-", f"{start} -", f"{start} (")):
                return program
        for marker, program in _BY_MARKER.items():
            try:
                if (folder / marker).exists():
                    return program
            except OSError:
                break
    return None
