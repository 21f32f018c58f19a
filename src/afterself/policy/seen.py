"""Purpose and audience -> the SQL condition under which a record is seen: the one that every view uses.

The condition stands over the tables of `FROM_RECORDS` and takes named parameters; what people decide
while a view is open holds at once, because the decisions are read by the condition itself. Parts that
ask first whether there is any such decision at all cost nothing where there is none. What it means for
people is written in docs/policy.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import apsw

from afterself.archive.audiences import OWNER, Rules, find_audience
from afterself.archive.drafts import TOLD_SOURCE
from afterself.archive.keys import microseconds
from afterself.errors import NotAllowed
from afterself.home.moments import utc_text

FROM_RECORDS = """
FROM record JOIN thread ON thread.row = record.thread
LEFT JOIN identity ON identity.id = record.author LEFT JOIN contact ON contact.id = identity.contact
"""

_OBJECTED = {"retrieve": ("retrieve",), "quote": ("retrieve", "quote"), "train": ("train",)}
_OBJECTED["list"] = _OBJECTED["quote"]
"""Whose objections a purpose must heed. What is quoted is found first; what is listed is shown verbatim."""

_SAYING = """(SELECT record.row UNION ALL SELECT twin.record FROM same_as AS mine
    JOIN same_as AS twin ON twin.said = mine.said WHERE mine.record = record.row)"""
"""The rows of a record and of its copies in other sources: what keeps one of them back keeps back all."""

_ANY_EMBARGO = "EXISTS (SELECT 1 FROM {0} WHERE {0}.name = 'not_before' AND {0}.value > :now)"
_CONTACT_EMBARGO = f"""
AND NOT ({_ANY_EMBARGO.format("identity_label")} AND EXISTS (
    SELECT 1 FROM identity AS held JOIN identity_label ON identity_label.identity = held.id
    WHERE held.contact = contact.id AND identity_label.name = 'not_before' AND identity_label.value > :now))
"""
_OBJECTIONS = """
AND NOT (EXISTS (SELECT 1 FROM objection) AND EXISTS (
    SELECT 1 FROM identity AS objector JOIN objection ON objection.identity = objector.id
    WHERE objector.contact = contact.id AND objection.purpose IN ({purposes}) AND ({which})))
"""
_RECORD_RULES = f"""
NOT (EXISTS (SELECT 1 FROM contact AS anybody WHERE anybody.excluded = 1) AND EXISTS (
    SELECT 1 FROM record AS told JOIN identity AS teller ON teller.id = told.author
    JOIN contact AS excluded ON excluded.id = teller.contact
    WHERE told.row IN {_SAYING} AND excluded.excluded = 1))
{{objections}}
AND NOT ({_ANY_EMBARGO.format("label")} AND EXISTS (
    SELECT 1 FROM label WHERE label.record IN {_SAYING} AND label.name = 'not_before' AND label.value > :now))
AND NOT ({_ANY_EMBARGO.format("thread_label")} AND EXISTS (
    SELECT 1 FROM record AS held JOIN thread_label ON thread_label.thread = held.thread
    WHERE held.row IN {_SAYING} AND thread_label.name = 'not_before' AND thread_label.value > :now))
{_CONTACT_EMBARGO}
"""
_SAID_SINCE = "objection.since IS NULL OR record.said_at IS NULL OR record.order_at >= objection.since"
"""`order_at` lends a record without a time that of the one before it: no proof of when it was said."""

_LISTED = "(SELECT value FROM json_each(:{}))"
_CONTACTS = (
    "(SELECT named.contact FROM identity AS named WHERE named.id IN (SELECT value FROM json_each(:{})))"
)
_LABELLED = """EXISTS (
    SELECT 1 FROM json_each(:{0}) AS wanted WHERE wanted.value IN (
        SELECT value FROM label WHERE label.record IN {1} AND label.name = 'audience' UNION ALL
        SELECT value FROM record AS told JOIN thread_label ON thread_label.thread = told.thread
        WHERE told.row IN {1} AND thread_label.name = 'audience' UNION ALL
        SELECT identity_label.value FROM identity AS labelled
        JOIN identity_label ON identity_label.identity = labelled.id
        WHERE labelled.contact = contact.id AND identity_label.name = 'audience'))"""
_THERE = """FROM thread_participant AS there JOIN identity AS present ON present.id = there.identity
    WHERE there.thread = record.thread"""

_FILTERS = {
    "sources": f"thread.source IN {_LISTED.format('sources')}",
    "exclude_sources": f"thread.source NOT IN {_LISTED.format('exclude_sources')}",
    "kinds": f"record.kind IN {_LISTED.format('kinds')}",
    "since": "record.said_at IS NOT NULL AND record.order_at >= :since",
    "until": "record.said_at IS NOT NULL AND record.order_at < :until",
    "labels": _LABELLED.format("labels", "(record.row)"),
    "exclude_labels": f"NOT {_LABELLED.format('exclude_labels', _SAYING)}",
    "contacts": f"""(record.is_owner = 1 OR contact.id IN {_CONTACTS.format("contacts")})
        AND EXISTS (SELECT 1 {_THERE} AND present.contact IN {_CONTACTS.format("contacts")})""",
    "exclude_contacts": f"""(contact.id IS NULL OR contact.id NOT IN {_CONTACTS.format("exclude_contacts")})
        AND NOT coalesce((SELECT max(present.contact IN {_CONTACTS.format("exclude_contacts")}) = 1
            AND (thread.kind = 'direct' OR max(coalesce(present.owner, 0) = 0
                AND present.contact NOT IN {_CONTACTS.format("exclude_contacts")}) = 0) {_THERE}), 0)""",
}
"""What each rule of an audience asks of a record; a rule that is not set asks nothing."""

_LETTERS = f"""AND (thread.source <> '{TOLD_SOURCE}'
    OR NOT EXISTS (SELECT 1 FROM recipient WHERE recipient.record = record.row)
    OR EXISTS (SELECT 1 FROM recipient JOIN identity AS reader ON reader.id = recipient.identity
        WHERE recipient.record = record.row AND reader.contact IN {{}}))
"""
"""What an audience sees of letters (`archive.remembering`): those to somebody whom it was made for."""

_PERSON_FILTERS = {
    "contacts": f"(identity.owner = 1 OR contact.id IN {_CONTACTS.format('contacts')})",
    "exclude_contacts": f"contact.id NOT IN {_CONTACTS.format('exclude_contacts')}",
}

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a view sees, as conditions of SQL and the values of their parameters.

    `record` stands over FROM_RECORDS, `person` over identity and contact: whose name may be shown beside a
    thread that is seen. `everything`: the owner's own list, where both are always true. `quotes`: whether
    anything may be shown to the audience verbatim.
    """

    record: str
    person: str
    values: Values
    everything: bool
    audience: str
    quotes: bool = True

    def narrows(self, db: apsw.Connection) -> bool:
        """Whether anything may be hidden from it: if not, the archive may be counted without asking."""
        if self.everything:
            return False
        if self.audience != OWNER:
            return True
        hiding = [
            "SELECT 1 FROM contact WHERE excluded = 1",
            "SELECT 1 FROM objection",
            *(
                f"SELECT 1 FROM {table} WHERE name = 'not_before' AND value > :now"
                for table in ("label", "thread_label", "identity_label")
            ),
        ]
        return bool(db.execute(f"SELECT {' OR '.join(f'EXISTS ({one})' for one in hiding)}", self.values).get)


def said_between(since: datetime | None, until: datetime | None) -> tuple[str, dict[str, int]]:
    """The condition that a record was said in [since, until), and its values; a naive time is UTC."""
    wanted, values = "", dict[str, int]()
    for sign, name, bound in ((">=", "said_from", since), ("<", "said_to", until)):
        if bound is not None:
            wanted += f" AND record.order_at {sign} :{name}"
            values[name] = microseconds(bound if bound.tzinfo else bound.replace(tzinfo=UTC))
    return wanted, values


def compile_seen(db: apsw.Connection, purpose: str, audience: str, now: datetime | None = None) -> Seen:
    """The conditions for a purpose and an audience, at a moment (aware; by default now).

    NotAllowed if there is no such audience, or if it may not be quoted to and the purpose is to quote.
    """
    audience = audience.strip().lower()
    if purpose == "list" and audience == OWNER:
        return Seen("1", "1", {}, True, audience)
    rules = Rules()
    if audience != OWNER:
        rules = _rules_of(db, audience)
        if purpose == "quote" and not rules.quotes:
            raise NotAllowed(
                f"Nothing may be quoted to the audience “{audience}”.",
                remedy="Talk with the self, or let it be quoted to them: afterself audience add --replace",
            )
    values: dict[str, str | int] = {"now": utc_text(now or datetime.now(UTC))}
    filters: list[str] = []
    people: list[str] = []
    for name, condition in _FILTERS.items():
        wanted = getattr(rules, name)
        if wanted is None or wanted == ():
            continue
        values[name] = wanted if isinstance(wanted, int) else json.dumps(wanted)
        filters.append(f"AND {condition}\n")
        people += [f"AND {_PERSON_FILTERS[name]}\n"] if name in _PERSON_FILTERS else []
    if audience != OWNER:
        filters.append(_LETTERS.format(_CONTACTS.format("contacts") if rules.contacts else "(NULL)"))
    purposes = ", ".join(f"'{one}'" for one in _OBJECTED[purpose])
    wholly = _OBJECTIONS.format(purposes=purposes, which="objection.since IS NULL")
    dated = _OBJECTIONS.format(purposes=purposes, which=_SAID_SINCE)
    record = _RECORD_RULES.format(objections=dated) + "".join(filters)
    person = f"contact.excluded = 0 {wholly} {_CONTACT_EMBARGO} {''.join(people)}"
    return Seen(record, person, values, False, audience, rules.quotes)


def _rules_of(db: apsw.Connection, name: str) -> Rules:
    found = find_audience(db, name)
    if found is None:
        raise NotAllowed(
            f"Nothing of this self was released for the audience “{name}”.",
            remedy=f"Use the audience “{OWNER}”, who sees everything, or release something: "
            f"afterself audience add {name}",
        )
    return found.rules
