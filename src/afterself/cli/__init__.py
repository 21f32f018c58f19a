"""The command line: one thin file for each command group.

A command parses arguments, calls one function of a package, and prints. Heavy
imports stand inside the commands, so that `afterself --help` answers at once.
Errors of the tree in `afterself.errors` become one message and an exit code; so do
all others (`faults.py`).
"""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""How typer leaves after Ctrl-C, without a word."""


class StoppedAndTold(SystemExit):
    """Ctrl-C ended a command, and the command itself has said what is kept."""

    def __init__(self) -> None:
        super().__init__(INTERRUPTED)


def main() -> None:
    """Entry point of the `afterself` command. Ctrl-C ends it with one line, also while it is starting."""
    try:
        _run()
    except KeyboardInterrupt:
        left: int | str | None = INTERRUPTED
    except StoppedAndTold:
        raise
    except SystemExit as ended:
        left = ended.code
    except RuntimeError as error:
        # Before 3.12 Python wraps what interrupts `__set_name__`, in the making of a class, so.
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        left = INTERRUPTED
    else:
        return
    if left == INTERRUPTED:
        sys.stderr.write("\nStopped. What was stored before is kept.\n")
    sys.exit(left)


def _run() -> None:
    # Imported here, so that a Ctrl-C meanwhile is met by `main`.
    from afterself.cli.shell import app, forgiving_streams, report_error, tell_warnings
    from afterself.cli.waiting import waiting
    from afterself.errors import AfterselfError

    import afterself.cli.commands  # noqa: F401  # isort: skip  (registers every command on `app`)

    forgiving_streams()
    tell_warnings()
    try:
        with waiting():
            app(prog_name="afterself")
    except AfterselfError as error:
        sys.exit(report_error(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise
        from afterself.cli.faults import explained, give_up_output

        give_up_output()
        sys.exit(report_error(explained(error)))
