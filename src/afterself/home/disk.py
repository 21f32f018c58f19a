"""What can be known about the disk that a folder is on: room, and whether the device is encrypted.

Linux tells through /proc and /sys; elsewhere nothing is known. “Not known to be encrypted” is no proof
of the contrary: hardware, the hypervisor or a file system may encrypt without a trace here.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from afterself.home.cores import system_text

_ENCRYPTING_FILE_SYSTEMS = ("ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.veracrypt")


def existing(path: Path) -> Path:
    """`path`, or the nearest folder above it that exists."""
    path = path.expanduser().absolute()
    return next((folder for folder in (path, *path.parents) if folder.exists()), Path("/"))


def free_bytes(path: Path) -> int | None:
    """Bytes free for this user where `path` is or would be made; None if it cannot be asked."""
    try:
        return shutil.disk_usage(existing(path)).free
    except OSError:
        return None


def why_not(error: OSError) -> str:
    """Why something could not be written, in words for a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full"
    return error.strerror or type(error).__name__


def encrypted_device(path: Path) -> bool | None:
    """True if `path` is on dm-crypt or an encrypting file system; None if nothing says so."""
    here = existing(path).resolve()
    best: tuple[int, str, str] = (-1, "", "")
    for line in system_text("/proc/self/mountinfo").splitlines():
        fields = line.split()
        if "-" not in fields or len(fields) < 10:
            continue
        point = Path(fields[4].encode().decode("unicode_escape", "replace"))
        if (point == here or point in here.parents) and len(point.parts) > best[0]:
            best = (len(point.parts), fields[2], fields[fields.index("-") + 1])
    _, device, kind = best
    if kind in _ENCRYPTING_FILE_SYSTEMS or _on_dm_crypt(Path("/sys/dev/block") / device):
        return True
    return None


def _on_dm_crypt(device: Path) -> bool:
    """Whether a block device, or one that it stands on, is dm-crypt's."""
    if system_text(str(device / "dm" / "uuid")).startswith("CRYPT-"):
        return True
    try:
        below = list((device / "slaves").iterdir())
    except OSError:
        return False
    return any(_on_dm_crypt(one) for one in below)
