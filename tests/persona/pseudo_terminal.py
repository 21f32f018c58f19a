"""A real pseudo-terminal with `afterself … talk` in it: type, wait for what appears, press Ctrl-C."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

_OURS = re.compile(r"\x1b\[\?2004[hl]\r?|\x1b\[[CK]|\x1b[=>]|\x1b\[\?1[hl]|\x1b\[[012]m")


class PseudoTerminal:
    """A terminal of so many columns; leaving the block ends what runs in it."""

    def __init__(self, *words: str, columns: int, home: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in ("CI", "COLUMNS", "LINES", "INPUTRC")}
        environment |= {"TERM": "vt100", "NO_COLOR": "1", "HOME": str(home), "TMPDIR": str(home)}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2] / "src")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:  # the child: replaced at once
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs are born deaf to Ctrl-C
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execvpe(sys.executable, [sys.executable, "-m", "afterself", *words], environment)
        self.raw = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.seen = 0
        self.code: int | None = None

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def press(self, keys: str) -> None:
        """Type; "\\r" is Enter, "\\x03" Ctrl-C, "\\x04" Ctrl-D."""
        os.write(self.fd, keys.encode())

    def wait_for(self, text: str, seconds: float = 40) -> str:
        """What appeared since the last time up to and with `text`."""
        end = time.monotonic() + seconds
        while text not in self.raw[self.seen :]:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{text!r} did not appear; since then: {self.raw[self.seen :]!r}")
        start, self.seen = self.seen, self.raw.index(text, self.seen) + len(text)
        return self.plain(self.raw[start : self.seen])

    def wait_for_end(self, seconds: float = 40, *, press: str = "") -> int:
        """The exit code. `press` is typed now, and again every few seconds.

        A Ctrl-C that reaches readline while it works on the key before is noticed only with the next key
        (CPython's `select` sleeps through a signal that was already taken).
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if press:
                self.press(press)
            while self._read(min(left, 10.0) if press else left):
                pass
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
                return self.code
            time.sleep(0.05)
        raise AssertionError(f"it did not end; last seen: {self.raw[-500:]!r}")

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # Linux: the other side is closed
            return False
        self.raw += self.decoder.decode(data)
        return bool(data)

    @staticmethod
    def plain(text: str) -> str:
        """Without what readline writes to edit a line, and without bold and dim."""
        return _OURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
