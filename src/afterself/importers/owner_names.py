"""Names given as the owner's that nobody bears -> an error with the near names and who there is.

A name counts as borne if the archive knows it as the owner's already: a chat may hold nothing of the owner.
Whether a source is wanted that names nobody so says the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from afterself.archive.drafts import Problem
from afterself.archive.keys import folded
from afterself.archive.near_names import did_you_mean
from afterself.archive.store import Archive
from afterself.errors import OwnerNotFound
from afterself.importers.contract import Options
from afterself.importers.document_records import WRITER
from afterself.importers.source_view import shown

_SHOWN = 6


def require_owner(archive: Archive, source: str, options: Options, there: Collection[int]) -> None:
    """OwnerNotFound unless the archive knows one of `options.me`; of the contacts `there` nobody is it."""
    names = [name for name in options.me if name.strip()]
    if not names or any(one.owner for name in names for one in archive.people.find(name)):
        return
    listed = [one for one in archive.people.identities() if one.contact in there]
    near = [name for given in names for name in archive.people.near(given)]
    raise OwnerNotFound(
        f"Nobody in “{shown(source)}” is called {_quoted(names, 'or')}. Nothing of it was stored.",
        remedy=_remedy(list(dict.fromkeys(near)), list(dict.fromkeys(one.name for one in listed))),
    )


def require_writer(archive: Archive, source: str, options: Options, told: Sequence[Problem]) -> None:
    """OwnerNotFound if the writer of documents that name nobody was named, and is called otherwise.

    `told` is what the documents' importer says of them (`document_records`): there stands the right name.
    """
    names = [name for name in options.me if folded(name).startswith(WRITER)]
    right = [one.why for one in told if f"--me “{WRITER}" in one.why]
    if not names or not right or any(one.owner for name in names for one in archive.people.find(name)):
        return
    raise OwnerNotFound(
        f"Nobody in “{shown(source)}” is called {_quoted(names, 'or')}. Nothing of it was stored.",
        remedy=f"{right[0][:1].upper()}{right[0][1:]}",
    )


def _remedy(near: list[str], there: list[str]) -> str:
    later = "Or leave --me out, and say it after the import: afterself people me NAME"
    if near:
        return f"{did_you_mean(near[:_SHOWN])}\n{later}"
    more = f" and {len(there) - _SHOWN:,} more" if len(there) > _SHOWN else ""
    return f"There: {', '.join(map(shown, there[:_SHOWN]))}{more}. Give --me one of these names.\n{later}"


def _quoted(names: list[str], last: str) -> str:
    quoted = [f"“{shown(name)}”" for name in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[:-1] else quoted)
