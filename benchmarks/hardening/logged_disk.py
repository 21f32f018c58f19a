"""A real disk whose power can fail afterwards at any write: every write and every flush is noted, in order.

A file served through FUSE (spoken here, without a library) lies under a loop device, on which the kernel
mounts an ordinary file system. What the kernel wrote and when it asked for a flush is kept; `after_cut` then
gives the disk as a power cut could have left it: what was flushed is there, of what was not any part may be
missing, down to single sectors of 512 bytes. Linux, root. What is acknowledged goes through the same
server, so its place among the writes is exact.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import random
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

SECTOR = 512
_HEADER = struct.Struct("<IIQQIIII")
_ROOT, _DISK, _SAID = 1, 2, 3
_NAMES = {b"disk": _DISK, b"said": _SAID}
_MOST = 1 << 17
_DIRECT = 1

Mode = Literal["nothing", "everything", "some", "sectors"]
"""What a cut leaves of the writes that were not flushed: none, all, whole ones or sectors by chance."""


@dataclass(frozen=True, slots=True)
class Event:
    """A write of `data` at `offset`, a flush (no data), or words said (`offset` is -1)."""

    offset: int
    data: bytes

    @property
    def said(self) -> bool:
        return self.offset < 0

    @property
    def flush(self) -> bool:
        return self.offset >= 0 and not self.data


_EVENT = struct.Struct("<qI")


class _Server:
    """The file server: the bytes of the disk, and the log of what was done with it."""

    def __init__(self, content: bytes, log: BinaryIO) -> None:
        self.disk = bytearray(content)
        self.log = log

    def _note(self, offset: int, data: bytes) -> None:
        self.log.write(_EVENT.pack(offset, len(data)) + data)

    def serve(self, handle: int) -> None:
        """Answer the kernel until it unmounts."""
        while True:
            try:
                asked = os.read(handle, _MOST + 4096)
            except OSError as error:
                if error.errno == errno.EINTR:
                    continue
                return  # unmounted
            _, what, unique, node, *_ = _HEADER.unpack_from(asked)
            body = memoryview(asked)[_HEADER.size :]
            if what in (2, 36, 42):  # FORGET, INTERRUPT, BATCH_FORGET want no answer
                continue
            answer = self._answer(what, node, body)
            if isinstance(answer, int):
                reply = struct.pack("<IiQ", 16, -answer, unique)
            else:
                reply = struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer
            with contextlib.suppress(OSError):
                os.write(handle, reply)

    def _answer(self, what: int, node: int, body: memoryview) -> bytes | int:
        """The answer to one request, or the number of an error (fuse.h of Linux, protocol 7.31)."""
        if what == 26:  # INIT: big writes only
            return struct.pack("<IIIIHHIIHHI28x", 7, 31, 1 << 16, 1 << 5, 8, 8, _MOST, 1, 32, 0, 0)
        if what == 1:  # LOOKUP
            found = _NAMES.get(bytes(body).rstrip(b"\0"))
            return struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + self._attributes(found) if found else 2
        if what in (3, 4):  # GETATTR, SETATTR
            return struct.pack("<QII", 0, 0, 0) + self._attributes(node)
        if what in (14, 27):  # OPEN, OPENDIR
            return struct.pack("<QII", 0, _DIRECT if node == _SAID else 0, 0)
        if what == 15:  # READ
            _, offset, size = struct.unpack_from("<QQI", body)
            return bytes(self.disk[offset : offset + size]) if node == _DISK else b""
        if what == 16:  # WRITE
            _, offset, size = struct.unpack_from("<QQI", body)
            data = bytes(body[40 : 40 + size])
            if node == _DISK:
                self.disk[offset : offset + size] = data
                self._note(offset, data)
            else:
                self._note(-1, data)
            return struct.pack("<II", size, 0)
        if what == 20:  # FSYNC
            if node == _DISK:
                self._note(0, b"")
            return b""
        if what == 17:  # STATFS
            return struct.pack("<QQQQQIII28x", 1, 0, 0, 3, 0, 4096, 255, 4096)
        return b"" if what in (18, 25, 28, 29, 38) else errno.ENOSYS

    def _attributes(self, node: int) -> bytes:
        size, mode = (len(self.disk), 0o100600) if node == _DISK else (0, 0o100600)
        if node == _ROOT:
            mode = 0o040700
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, size // 512, *[0] * 6, mode, 1, 0, 0, 0, 4096, 0)


@contextlib.contextmanager
def mounted(content: bytes, folder: Path, options: str) -> Iterator[Path]:
    """A logged disk that holds `content`, mounted at `folder`/place; gives that.

    `folder`/server/said takes what is said; `read_log` tells afterwards what was done.
    """
    server, place = folder / "server", folder / "place"
    for one in (server, place):
        one.mkdir(parents=True, exist_ok=True)
    handle = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    child = os.fork()  # a process of its own: a thread could be kept waiting by the one that waits for it
    if not child:
        with (folder / "log").open("wb") as log:
            _Server(content, log).serve(handle)
        os._exit(0)
    try:
        _mount("logged-disk", server, "fuse", f"fd={handle},rootmode=40000,user_id=0,group_id=0")
        os.close(handle)
        try:
            loop = _output("losetup", "-f", "--show", server / "disk")
            try:
                _output("mount", "-o", options, loop, place)
                try:
                    yield place
                finally:
                    _output("umount", place)
            finally:
                _output("losetup", "-d", loop)
        finally:
            _output("umount", server)
    finally:
        os.waitpid(child, 0)


def read_log(folder: Path) -> list[Event]:
    """What was done with the disk that was mounted there."""
    content, events, at = (folder / "log").read_bytes(), [], 0
    while at < len(content):
        offset, size = _EVENT.unpack_from(content, at)
        at += _EVENT.size
        events.append(Event(offset, content[at : at + size]))
        at += size
    return events


@contextlib.contextmanager
def mounted_image(image: Path, place: Path, options: str) -> Iterator[Path]:
    """A disk image as after switching on again: the file system mends itself as it is mounted."""
    place.mkdir(parents=True, exist_ok=True)
    _output("mount", "-o", f"loop,{options}", image, place)
    try:
        yield place
    finally:
        _output("umount", place)


def formatted(path: Path, kind: str, size: int) -> bytes:
    """The bytes of an empty file system."""
    path.write_bytes(b"")
    os.truncate(path, size)
    options = ["-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"] if kind.startswith("ext") else []
    _output(f"mkfs.{kind}", "-q", *options, path)
    return path.read_bytes()


class Cuts:
    """Images of the disk after power cuts, asked for in rising order of `at`."""

    def __init__(self, content: bytes, events: Sequence[Event]) -> None:
        self._flushed = bytearray(content)
        self._events = events
        self._done = 0

    def after_cut(self, at: int, mode: Mode, rng: random.Random) -> tuple[bytearray, int, int]:
        """The disk after a cut before event `at`; how many writes were not flushed, how many of them
        are missing or torn."""
        last = max((n for n in range(at) if self._events[n].flush), default=0)
        for event in self._events[self._done : last]:
            if not event.said:
                self._flushed[event.offset : event.offset + len(event.data)] = event.data
        self._done = max(self._done, last)
        image, loose, lost = bytearray(self._flushed), 0, 0
        share = rng.random()
        for event in self._events[last:at]:
            if event.said or event.flush:
                continue
            loose += 1
            kept = mode == "everything" or (mode == "some" and rng.random() < share)
            if mode == "sectors":
                kept = True
                for start in range(0, len(event.data), SECTOR):
                    if rng.random() < share:
                        part = event.data[start : start + SECTOR]
                        image[event.offset + start : event.offset + start + len(part)] = part
                    else:
                        kept = False
            elif kept:
                image[event.offset : event.offset + len(event.data)] = event.data
            lost += not kept
        return image, loose, lost


def _mount(source: str, target: Path, kind: str, options: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), os.fsencode(target), kind.encode(), 0, options.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(target))


def _output(*arguments: object) -> str:
    ran = subprocess.run([str(one) for one in arguments], capture_output=True, text=True)
    if ran.returncode:
        raise OSError(f"{arguments[0]}: {ran.stderr.strip()}")
    return ran.stdout.strip()
