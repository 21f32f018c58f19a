"""What `afterself` alone says: what to do first, or next."""

from __future__ import annotations

import shlex
from pathlib import Path

from afterself.errors import AfterselfError

FIRST = """\
A digital self from what a person wrote: searched, cited, imitated. Nothing leaves this machine.
  1  afterself demo    meet a fictional woman: import, ask, train and talk, in some minutes
  2  afterself new     begin with your own chats; it asks what it needs to know
     afterself --help  lists everything, afterself doctor looks whether all is well"""

ENCRYPTED = """\
Here is an encrypted self, in {folder}. Its passphrase is asked for by each command.
  afterself status says how it stands, afterself --help lists everything"""


def welcome(folder: Path) -> str:
    """Three lines for a newcomer; where a self is already, its next step."""
    if not (folder / "self.toml").is_file():
        return FIRST
    from afterself.archive.plain import terminal_text
    from afterself.cli.status_command import next_step
    from afterself.home.folder import Self
    from afterself.home.key_header import read_header

    try:
        if read_header(folder) is not None:
            return ENCRYPTED.format(folder=shlex.quote(str(folder)))
        self_ = Self.open(folder)
        step = next_step(self_)
    except AfterselfError as error:
        return str(error)
    name = terminal_text(self_.declaration.name, one_line=True)
    return (
        f"Here is the self of {name}, in {shlex.quote(str(folder))}.\n"
        f"  Next: {terminal_text(step, one_line=True)}\n"
        "  afterself status says how it stands, afterself --help lists everything"
    )
