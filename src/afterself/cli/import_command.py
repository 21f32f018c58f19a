"""`afterself import`: exports in, a summary out.

Reading the paths is the business of `import_sources`, what is told of them that of `import_summary`, and who
of the authors the owner is that of `import_owner`. A path that failed is named at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.import_options import Me, Order, Zone, import_options
from afterself.cli.import_owner import settle_owner
from afterself.cli.import_sources import Choice, import_all
from afterself.cli.import_summary import as_json, own_words_of, print_imported
from afterself.cli.import_survey import list_paths
from afterself.cli.indexing import bring_index_up_to_date
from afterself.cli.map_tables import columns_told, learn_by_asking, learn_by_map
from afterself.cli.path_quotes import require_quotes
from afterself.cli.plugins_command import tell_not_enabled
from afterself.cli.removals import telling_removed
from afterself.cli.shell import app, console, echo_json, interactive, open_self, report_error, with_self
from afterself.cli.synced_folders import warn_of_syncing
from afterself.errors import UnknownFormat, UsageError

if TYPE_CHECKING:
    from afterself.home.folder import Self

HOW_TO_EXPORT = """\
WhatsApp: open a chat, tap ⋮ (iPhone: the contact's name) → More → Export chat → Without media, and send
the file to yourself. Then: afterself import "WhatsApp Chat with Anna.zip" --me "Your Name in it"
Other programs and formats: docs/formats.md"""


@app.command("import")
def import_(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files, folders or zips; - reads JSON Lines."),
    ] = None,
    me: Me = None,
    zone: Zone = None,
    date_order: Order = None,
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="PART=COLUMN,…",
            help="Which columns of a table are its time, author, text and conversation.",
        ),
    ] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Only show what could be imported; nothing is stored.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; of a folder take all that lies in it.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Import chats and other exports into the self. The format is found by looking inside.

    Reads exports of WhatsApp (.txt, .zip), Telegram (result.json), Discord, Slack, Teams and Skype, Zulip,
    Facebook, Instagram, Matrix, Signal, X, Mastodon, Reddit, LinkedIn, GitHub, GitLab, Notion, Google Chat,
    Hangouts, Voice and Keep, ChatGPT and Claude (.zip, .tar.gz); Bluesky (.car); WordPress, SMS Backup &
    Restore (.xml); Evernote (.enex); iMessage (chat.db, or what imessage-exporter writes); tables of
    WeChat; repositories of git; logs of IRC; subtitles and transcripts (.vtt, .srt); mail (mbox, Maildir,
    .eml, .emlx, Gmail's Takeout); documents (.md, .txt, .docx, .odt, .pdf, .html); pictures that say when
    or where they were taken; and JSON Lines, a JSON array or CSV with conversation, time, author and text.
    Of a folder of everything it shows what lies in it and asks which of it you want; where nobody can be
    asked, one with exports of several kinds needs --yes. Importing again adds only what is new.

    \b
    Example: afterself import "WhatsApp Chat with Anna.txt" --me "Ben Ito"
             afterself import ~/Downloads --zone Europe/Berlin --date-order dmy
             afterself import odd.csv --map time=Datum,author=Von,text=Nachricht
    """
    if not paths:
        raise UsageError("Say what to import: a file, a folder or a zip.", remedy=HOW_TO_EXPORT)
    require_quotes(paths)
    options = import_options(me or [], zone, date_order)
    self_ = open_self()
    if map_:
        learn_by_map(self_, paths, map_, options)
    if only_list:
        list_paths(self_, paths, options, json_=json_)
        return
    warn_of_syncing(self_.path)
    ask = not (yes or json_) and interactive()
    if ask and not map_:
        learn_by_asking(self_, paths, options)
    choice: Choice = "ask" if ask else "all" if yes else "one format"
    with telling_removed(self_):
        imported = import_all(self_, paths, options, quiet=json_, choice=choice)
        if imported.done and (ask or not options.me):
            settle_owner(self_, imported, ask=ask)
    if imported.done:
        bring_index_up_to_date(self_, quiet=json_)
    if json_:
        echo_json({**as_json(imported), **own_words_of(self_, imported)[0]})
    else:
        print_imported(imported, self_)
    for _, error in imported.failed:
        report_error(error)
    unknown = [path for path, error in imported.failed if isinstance(error, UnknownFormat)]
    if unknown:
        _tell_what_can_be_done(self_, unknown)
    if imported.failed:
        raise typer.Exit(imported.failed[0][1].exit_code)


def _tell_what_can_be_done(self_: Self, unknown: Sequence[str]) -> None:
    """Where nothing recognises a path: name its columns if it is a table, else how to export."""
    out = console(stderr=True)
    tables = [told for told in map(columns_told, unknown) if told]
    for line in (line for told in tables for line in told):
        out.print(with_self(line), markup=False, soft_wrap=True)
    if len(tables) < len(unknown):
        out.print(with_self(HOW_TO_EXPORT), markup=False)
    tell_not_enabled(self_)
