"""The receipt of a forgetting: what went, as counts and ids, and the line of audit.log that witnesses it.

No text, name or title is in it, so that keeping it keeps nothing of what was forgotten.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afterself.home.folder import Self


_ROOM = 64 << 10


@contextlib.contextmanager
def room_for_receipt(self_: Self) -> Iterator[None]:
    """Keep room on the disk for the receipt and the line of audit.log; SelfError if there is none.

    Inside the block the disk may fill up: a forgetting writes a journal as large as what it changes.
    """
    from afterself.home.atomic import make_folder

    with contextlib.ExitStack() as held:
        try:
            make_folder(self_.reports_dir)
            # Without a name: nothing of it is left after a power cut.
            file = held.enter_context(tempfile.TemporaryFile(dir=self_.reports_dir, buffering=0))
            if file.write(secrets.token_bytes(_ROOM)) < _ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError as error:
            raise _no_room(self_, error) from error
        yield


def _no_room(self_: Self, error: OSError) -> Exception:
    from afterself.errors import SelfError

    return SelfError(
        f"There is no room for a receipt in {self_.reports_dir} ({error.strerror}). Nothing was forgotten.",
        remedy="Free some space, or make the folder writable, and try again.",
    )


def keep_receipt(
    self_: Self, counts: Mapping[str, int], artifacts: Sequence[Mapping[str, Any]], audit_line: str
) -> dict[str, Any]:
    """Write the receipt into `reports/`, private to the user; gives what it says, and under which name.

    `audit_line` is the SHA-256 of the line that audit.log has about it.
    """
    from afterself.errors import SelfError
    from afterself.home.atomic import make_folder
    from afterself.home.moments import now_text

    at = now_text()
    stamp = "".join(one for one in at if one.isalnum())
    name = f"forgotten-{stamp}-{secrets.token_hex(3)}.json"
    receipt = {
        "format": 1,
        "event": "forgotten",
        "at": at,
        **counts,
        "artifacts": list(artifacts),
        "audit_line": audit_line,
        "file": f"reports/{name}",
    }
    try:
        make_folder(self_.reports_dir)
        self_.files.write(self_.reports_dir / name, json.dumps(receipt, indent=1) + "\n")
    except OSError as error:
        raise SelfError(
            f"It was forgotten, but the receipt cannot be written: {self_.reports_dir} ({error.strerror}).",
            remedy="audit.log has the line about it all the same.",
        ) from error
    return receipt
