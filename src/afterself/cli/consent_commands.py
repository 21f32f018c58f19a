"""`consent`: what the owner agrees to, from when on and until when; every change stands in a log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.completions import one_of
from afterself.cli.light_options import LightGroup
from afterself.cli.moments import moment_of
from afterself.cli.removals import Removals, tell_removed
from afterself.cli.shell import app, echo_json, open_self
from afterself.errors import UsageError
from afterself.home.folder import PURPOSES
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from afterself.policy.consent import Consent

consent_app = typer.Typer(
    cls=LightGroup,
    name="consent",
    help="Show what the owner agrees to, give and revoke it.\n\nExample: afterself consent revoke talk",
    invoke_without_command=True,
)
app.add_typer(consent_app)

Purpose = Annotated[
    str,
    typer.Argument(
        metavar="PURPOSE", autocompletion=one_of(*PURPOSES), help=f"One of {', '.join(PURPOSES)}."
    ),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="From this day or time on (UTC; default: now).")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Up to this day or time (UTC).")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a purpose.")]


@consent_app.callback()
def consent(context: typer.Context, as_json: Json = False) -> None:
    """Show what the owner agrees to now, and what was given and revoked since the self was made."""
    if context.invoked_subcommand is None:
        from afterself.policy.consent import consents

        for one in consents(open_self()):
            _tell(one, as_json=as_json)


@consent_app.command("give")
def give(purpose: Purpose, from_: From = None, until: Until = None, as_json: Json = False) -> None:
    """Write down that the owner agrees. With --until no longer than that.

    The owner's own will is meant, or of one who died that of whom they charged with it. The entry can be
    revoked and not be taken out of the log.

    Example: afterself consent give talk --until 2030-01-01
    """
    _decide(purpose, True, from_, until, as_json=as_json)


@consent_app.command("revoke")
def revoke(purpose: Purpose, from_: From = None, until: Until = None, as_json: Json = False) -> None:
    """Write down that they agree no more. With --until only up to then.

    From then on the commands that need it refuse. Without consent to train the weights go stale and do
    not load: they are removed, and made anew by `train` once it is given again.

    Example: afterself consent revoke train
    """
    _decide(purpose, False, from_, until, as_json=as_json)


def _decide(purpose: str, given: bool, from_: str | None, until: str | None, *, as_json: bool) -> None:
    from afterself.archive.consents import in_force
    from afterself.archive.keys import microseconds
    from afterself.archive.store import Archive
    from afterself.policy.consent import consents, require_possible

    if purpose not in PURPOSES:
        raise UsageError(f"“{purpose[:20]}” is no purpose.", remedy=f"Choose from: {', '.join(PURPOSES)}.")
    since, end = moment_of(from_, "--from"), moment_of(until, "--until")
    if end is not None and end <= (since or datetime.now(UTC)):
        raise UsageError(
            "It would end before it begins.", remedy="Give an --until after --from, or after now."
        )
    self_ = open_self()
    if given:
        require_possible(self_, purpose)
    with Archive.writing(self_) as archive, archive.transaction():
        entry = archive.consents.add(
            purpose,
            given,
            None if since is None else microseconds(since),
            None if end is None else microseconds(end),
        )
        now = microseconds(datetime.now(UTC))
        left = in_force(archive.consents.entries(), "train", self_.allows("train"), now)
        removals = Removals(self_, archive)
        dropped = 0 if purpose != "train" or left else archive.consents.drop_training()
        removed = removals.described()
    self_.audit(
        "consent given" if given else "consent revoked", purpose=purpose, stale=dropped, entry=entry,
        since=None if since is None else utc_text(since), until=None if end is None else utc_text(end),
    )  # fmt: skip
    for one in consents(self_):
        if one.purpose == purpose:
            _tell(one, as_json=as_json)
    again = "once it is given again (afterself consent give train)"
    tell_removed(removed, made="for nothing may be learned any more", then=again, err=as_json)


def consent_json(one: Consent) -> dict[str, Any]:
    """How it stands with a purpose as JSON."""
    from afterself.archive.keys import moment

    return {
        "purpose": one.purpose,
        "in_force": one.in_force,
        "declared": one.declared,
        "log": [
            {
                "at": utc_text(moment(entry.at)),
                "given": entry.given,
                "from": utc_text(moment(entry.since)),
                "until": None if entry.until is None else utc_text(moment(entry.until)),
            }
            for entry in one.entries
        ],
        "undone": one.undone is not None,
    }


def _tell(one: Consent, *, as_json: bool) -> None:
    from afterself.archive.keys import moment
    from afterself.home.declaration import PURPOSE_MEANS
    from afterself.policy.consent import undone_words

    if as_json:
        echo_json(consent_json(one))
        return
    typer.echo(f"{'yes' if one.in_force else 'no ':<4} {one.purpose}: {PURPOSE_MEANS[one.purpose]}")
    if one.entries:
        typer.echo(f"       {'declared' if one.declared else 'not declared'} when the self was made")
    if one.undone is not None:
        typer.echo(f"       {undone_words(one.undone)}")
    for entry in one.entries:
        until = "" if entry.until is None else f" until {moment(entry.until):%Y-%m-%d}"
        what = "given" if entry.given else "revoked"
        typer.echo(f"       {what} from {moment(entry.since):%Y-%m-%d}{until}")
