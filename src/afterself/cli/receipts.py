"""The receipt of a forgetting: what went, as counts and ids, and the line of audit.log that witnesses it.

No text, name or title is in it, so that keeping it keeps nothing of what was forgotten.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afterself.home.folder import Self


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
