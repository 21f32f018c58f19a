"""Every command group, imported so that it registers itself on the app, in the order of `--help`."""

from __future__ import annotations

from afterself.cli import import_command as import_command
from afterself.cli import score_command as score_command
from afterself.cli import self_commands as self_commands
from afterself.cli import train_command as train_command
