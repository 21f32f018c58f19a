"""Instagram's export as JSON: conversations, posts, stories, reels and comments.

Conversations have the same shape as Facebook's. The words of a post stand at the post or at its pictures.
Comments and the profile have keys in the language of the account: where a key is not known, what stands
at it decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from afterself.importers.json_fields import first_of, table, tables, words
from afterself.importers.meta_importer import MetaImporter
from afterself.importers.meta_posts import Written

_NAMES = ("Name", "Nom", "Nombre", "Nome", "Naam", "Username", "Benutzername", "Nom d’utilisateur",
          "Nom d'utilisateur", "Nombre de usuario", "Nome de usuário", "Nome de utilizador", "Nome utente",
          "Gebruikersnaam")  # fmt: skip
_COMMENT = (
    "Comment",
    "Kommentar",
    "Commentaire",
    "Comentario",
    "Comentário",
    "Commento",
    "Reactie",
    "Opmerking",
)


class InstagramImporter(MetaImporter):
    """Reads what Instagram's “Download your information” gives, as JSON."""

    platform = "instagram"
    name = "Instagram export"
    source = "instagram"
    reads = "the zip of Instagram's information, as JSON"

    def names_of(self, profile: dict[str, Any]) -> list[str]:
        """The name to show and the user name; in a language that is not known the first values."""
        user = next((one for key in profile for one in tables(profile[key])), {})
        told = table(user.get("string_map_data"))
        names = [words(table(told.get(key)).get("value")).strip() for key in _NAMES]
        return names if any(names) else [value for value in _values(told) if "@" not in value][:3]

    def post_of(self, fields: dict[str, Any]) -> Written:
        """The caption, of the post or of its pictures; the pictures."""
        media = tables(fields.get("media")) or [fields]
        said = [words(fields.get("title")), *(words(one.get("title")) for one in media)]
        text = "\n".join(dict.fromkeys(part.strip() for part in said if part.strip()))
        stamp = fields.get("creation_timestamp") or media[0].get("creation_timestamp")
        return Written(text, stamp, tuple(words(one.get("uri")).strip() for one in media))

    def comment_of(self, fields: dict[str, Any]) -> Written:
        """The comment and its second."""
        told = table(fields.get("string_map_data"))
        if not told:
            told = {words(one.get("title")): one for one in tables(fields.get("string_list_data"))}
        known = (table(told.get(key)).get("value") for key in _COMMENT)
        text = first_of(*known) or next(_values(told), "")
        stamps = (table(one).get("timestamp") for one in told.values())
        return Written(text, next((stamp for stamp in stamps if stamp), None))


def _values(told: dict[str, Any]) -> Iterator[str]:
    """What a table of localised keys says, in its order."""
    return (text for one in told.values() if (text := words(table(one).get("value")).strip()))
