"""What counts as personal data in a message: one pattern a rule, and a check where that says too little.

Dates, times, prices, years, scores, versions, short order numbers and ordinary links must survive, so
rules that know the form of something (an address with @, a checksum, a keyword before it) stand first,
links and dates that are kept block what comes after them, and runs of digits come last. Messages are
hostile input: every repetition is bounded and begins at a border of words, so time grows with length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

KEEP = ""
"""The kind of a rule whose matches stay as they are, safe from the rules after it."""


class Rule(NamedTuple):
    """The kind of what a pattern finds; the group “it”, if there is one, is what it is about."""

    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool]


def _always(_: re.Match[str]) -> bool:
    return True


def _rule(kind: str, pattern: str, holds: Callable[[re.Match[str]], bool] = _always, flags: int = 0) -> Rule:
    return Rule(kind, re.compile(pattern, flags), holds)


def _digits(match: re.Match[str]) -> str:
    return "".join(c for c in match["it"] if c.isdecimal())


# -- links -----------------------------------------------------------------------------------

_PRIVATE_HOSTS = re.compile(
    r"(chat\.whatsapp\.com|discord\.gg|(\w+\.)?zoom\.us|meet\.google\.com|teams\.(microsoft|live)\.com"
    r"|wetransfer\.com|we\.tl)"
)
_PROFILE_HOSTS = re.compile(
    r"((www|m|mobile|\w\w)\.)?(facebook|instagram|twitter|x|linkedin|tiktok|threads|snapchat|vk|t|wa)\.(com|net|me)"
)
_NO_PROFILE = frozenset(
    {"", "groups", "events", "watch", "p", "reel", "reels", "explore", "hashtag", "search", "i", "share"}
    | {"posts", "story.php", "photo.php", "jobs", "company", "pulse", "feed", "home", "intent", "sharer.php"}
)
_KEY_IN_QUERY = re.compile(
    r"[?&#;](?:\w{0,40}[_\-])?(?:(?:access|auth|api|session|refresh|reset|user)_?)?(?:token|key|secret|pass\w{0,9}"
    r"|pwd|auth|sig|signature|session|session_?id|sid|invite|credentials?|otp|e?mail|phone|user|username|userid|uid"
    r"|code|hash|tk)=[^&#;\s]",
    re.IGNORECASE,
)
_PLACE = re.compile(r"maps\.|/maps\b|[?&@/](-?\d{1,3}\.\d{4,},\s?-?\d{1,3}\.\d{4,})", re.IGNORECASE)
_LONG = re.compile(r"[A-Za-z0-9_\-]{20,}")
_COMMIT = re.compile(r"/(?:commits?|blob|tree|blame|raw)/[0-9a-f]{7,40}(?![0-9a-z])")
_CHANGE = re.compile(r"[a-z](?=[A-Z\d])|[A-Z](?=\d)|\d(?=[A-Za-z])")
"""Where letters and digits, or small letters and capitals, meet."""


def _random(text: str) -> bool:
    """Whether it changes between letters, capitals and digits as keys do and words do not."""
    digits = sum(c.isdigit() for c in text)
    return 2 < digits < len(text) and 5 * len(_CHANGE.findall(text)) >= len(text)


def _opaque(path: str) -> bool:
    """Whether a key stands in what follows the host of a link; a commit's hash is public."""
    return any(_random(match[0]) for match in _LONG.finditer(_COMMIT.sub("/", path)))


def _link(match: re.Match[str]) -> tuple[str, str, str]:
    """(host, path, all after the host) of a link, with no scheme needed."""
    text = match["it"]
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        return (parts.hostname or ""), parts.path, text[text.find(parts.netloc) + len(parts.netloc) :]
    except ValueError:
        return "", "", text


def _private(match: re.Match[str]) -> bool:
    host, path, rest = _link(match)
    credentials = "@" in match["it"].split("://")[-1].split("/")[0]
    invites = _PRIVATE_HOSTS.fullmatch(host) is not None and len(path) > 1
    joins = host in ("t.me", "telegram.me") and path.startswith(("/+", "/joinchat"))
    return credentials or invites or joins or bool(_KEY_IN_QUERY.search(rest)) or _opaque(rest.split("#")[0])


def _place(match: re.Match[str]) -> bool:
    return _PLACE.search(match["it"]) is not None


def _profile(match: re.Match[str]) -> bool:
    host, path, _ = _link(match)
    if not _PROFILE_HOSTS.fullmatch(host):
        return False
    parts = [part for part in path.split("/") if part]
    if parts[:1] in (["in"], ["u"]):
        parts = parts[1:]
    return len(parts) == 1 and parts[0].casefold() not in _NO_PROFILE


_LINK = r"(?<![\w@.])(?P<it>(?:https?://|ftp://|www\.)[^\s<>\"“”]{1,2000}(?<![.,;:!?)\]}'’]))"
_BARE_LINK = (
    r"(?<![\w@./])(?P<it>(?:t\.me|wa\.me|chat\.whatsapp\.com|discord\.gg|zoom\.us)/"
    r"[^\s<>\"]{1,500}(?<![.,;:!?)]))"
)

# -- numbers ---------------------------------------------------------------------------------


def _luhn(match: re.Match[str]) -> bool:
    """ISO/IEC 7812-1: the checksum of card numbers."""
    digits = [int(d) for d in _digits(match)]
    doubled = [d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and len(set(digits)) > 1


def _iban(match: re.Match[str]) -> bool:
    """ISO 13616: the remainder by 97 of the rearranged number is 1."""
    text = re.sub(r"[\s\-]", "", match["it"]).upper()
    return 15 <= len(text) <= 34 and int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def _international(match: re.Match[str]) -> bool:
    return 9 <= len(_digits(match).removeprefix("00")) <= 15


def _national(match: re.Match[str]) -> bool:
    digits = _digits(match)
    return 9 <= len(digits) <= 12 and len(set(digits)) > 2


def _after_keyword(match: re.Match[str]) -> bool:
    return 6 <= len(_digits(match)) <= 15


def _long_number(match: re.Match[str]) -> bool:
    """A number that names something: not a round amount, and longer than an order number."""
    return len(set(match["it"])) > 2 and not match["it"].endswith("000000")


def _key(match: re.Match[str]) -> bool:
    return _random(match["it"])


def _hexadecimal(match: re.Match[str]) -> bool:
    return any(c.isdigit() for c in match["it"]) and any(c.isalpha() for c in match["it"])


def _not_a_year(match: re.Match[str]) -> bool:
    return not re.fullmatch(r"(19|20)\d\d", match["it"])


_PHONE_WORDS = (
    r"phone|telephone|telefon\w?|tel|tél|mobile?|mobil\w*|móvil|cell|cellulare|handy\w*|celular|whatsapp|fax"
    r"|ring me"
    r"|(?:my|his|her|their|new|meine|seine|ihre|neue|phone|mein|mi|mon|mio)"
    r" (?:number|nummer|numéro|numero|número|nr)"
    r"|(?:call|text|reach|ring) (?:me|him|her|us|them) (?:on|at)|ruf \w+ an"
)
_SECRET_WORDS = (
    r"pin|tan|otp|puk|passcode|(?<!error )(?<!status )(?<!exit )(?<!zip )(?<!area )code"
    r"|kod|codigo|código|verification|einmalpasswort"
)
_BETWEEN = (
    r"[ \t]{0,2}(?:no|nr|num)?[.:#=\-–]{0,2}[ \t]{0,2}(?:(?:is|ist|lautet|est|es|è|war|was)[ \t:]{1,3})?"
)

# -- addresses -------------------------------------------------------------------------------

_TOWN = (
    r"(?:,?[ \t]{1,2}(?:[A-Z]{1,2}-)?(?:\d{5}|\d{4} ?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?!\w)"
    r"(?:[ \t][A-ZÀ-Þ][\w\-]{1,30})?)?"
)
_BEFORE_NUMBER = r"(?<![\w.,:/$€£#\-])"
_GERMAN_WAY = (
    r"(?:straße|strasse|str\.?|gasse|allee|(?<!Um)(?<!Aus)weg|(?<!Arbeits)(?<!Park)(?<!Stell)(?<!Sitz)(?<!Steh)platz"
    r"|ufer|damm|chaussee|straat|laan|gracht|plein|gatan|vägen|veien|gata|gade|vej)"
)
_ENGLISH_WAY = (
    r"(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?"
    r"|(?<!Hard )(?<!Google )(?<!Disk )(?<!Flash )(?<!Test )Drive"
    r"|Boulevard|Blvd\.?|Close|Crescent|Terrace|Gardens|Grove)"
)
_OF = r"(?:(?:de la|de l'|de los|de las|de|du|des|del|della|dei|da|do|dos|das|la|le|les|di)[ '])?(?:l'|d')?"
_LATIN_WAY = r"(?:rue|avenue|boulevard|bd|chemin|allée|impasse|quai|cours)"
_SOUTHERN_WAY = (
    r"(?:Calle|C/|Avenida|Av\.|Avda\.|Paseo|Via|Viale|Piazza|Corso|Rua|Travessa|Alameda|Carrer|Ulica|ul\.)"
)

_FREE = r"(?<![\w.,+/\-])"
"""A number may begin here: no word, decimal, sign or path goes on."""

_ENDS = r"(?!\w|[.,:]\d)"
"""A number ends here: no word, decimal, time or version goes on."""

_ENDS_WHOLLY = r"(?!\w|[.,:\-]\d)"

_LINKS = (
    _rule("address", _LINK, _place, re.I),
    _rule(
        "phone",
        r"(?<![\w@./])(?:https?://)?(?:api\.)?(?:wa\.me|whatsapp\.com)/(?:send/?\?phone=)?\+?\d{8,15}",
    ),
    _rule("link", _LINK, _private, re.I),
    _rule("link", _BARE_LINK, _private, re.I),
    _rule("handle", _LINK, _profile, re.I),
    _rule("handle", _BARE_LINK, _profile, re.I),
    _rule(
        "email",
        r"(?<![\w.+\-])(?:mailto:)?[\w.+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![\w@])",
    ),
    _rule(KEEP, _LINK, flags=re.I),
)

_KEYS = (
    _rule(
        "secret",
        r"(?<![\w\-])(?:sk|pk|rk)[-_][A-Za-z0-9_\-]{16,200}"
        r"|(?<!\w)(?:gh[pousr]_|github_pat_|glpat-|xox[abpr]-|hf_)[A-Za-z0-9_\-]{10,200}"
        r"|(?<!\w)AKIA[A-Z0-9]{16}(?!\w)"
        r"|(?<!\w)eyJ[\w\-]{8,4000}\.[\w\-]{2,4000}(?:\.[\w\-]{0,4000})?",
    ),
    _rule(
        "secret",
        r"(?<!\w)(?:password|passwort|kennwort|passwd|pwd|pw|mot de passe|contraseña|wifi key|api[ _-]?key)"
        r"[ \t]{0,2}(?:[:=]|is\b|ist\b|est\b|es\b)[ \t]{0,2}[\"'“]?"
        r"(?P<it>(?=\S{0,60}\d)[^\s\"'”]{4,64}(?<![.,;!?)]))",
        flags=re.I,
    ),
)

_ACCOUNTS = (
    _rule(
        "iban",
        r"(?<!\w)(?P<it>[A-Za-z]{2}\d\d(?:[ \-]?[A-Za-z0-9]{4}){2,7}(?:[ \-]?[A-Za-z0-9]{1,3})?)(?!\w)",
        _iban,
    ),
    _rule("card", rf"{_FREE}(?P<it>[2-6]\d{{3}}(?:[ \-]?\d{{2,6}}){{2,4}})(?!\w|[.,]\d)", _luhn),
)

_DATES = (
    _rule(
        KEEP,
        r"(?<!\d)(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
        r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+\-]\d\d:?\d\d)?)?",
    ),
    _rule(KEEP, r"(?<![\d.])\d{1,2}([./\-])\d{1,2}\1(?:19|20)?\d\d(?!\d)(?!\1\d)"),
    _rule(KEEP, r"(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?![\d:])"),
)

_NUMBERS = (
    _rule("id", r"(?<![\w\-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w\-])", flags=re.I),
    _rule("id", r"(?<![\w\-])(?P<it>[0-9a-f]{20,256})(?!\w)", _hexadecimal, re.I),
    _rule("secret", r"(?<![\w\-/.\\])(?P<it>[A-Za-z0-9_\-+=]{24,400})(?![\w\-/.\\(])", _key),
    _rule("phone", r"(?<![\w@./])@\+?\d{8,15}(?!\w)"),
    _rule("id", r"(?<![\w\-])\d{3}-\d\d-\d{4}(?![\w\-])"),
    _rule(
        "phone",
        rf"(?<!\w)(?:{_PHONE_WORDS})(?:[ \t]number|nummer)?{_BETWEEN}"
        rf"(?P<it>[+(]?\d(?:[ \t().\-/]{{0,2}}\d){{5,14}}){_ENDS}",
        _after_keyword,
        re.I,
    ),
    _rule(
        "secret",
        rf"(?<!\w)(?:{_SECRET_WORDS}){_BETWEEN}(?P<it>\d{{4}}[ \-]?\d{{0,4}})(?![\w%°€$£]|[.,:/\-]\d)",
        _not_a_year,
        re.I,
    ),
    _rule(
        "phone",
        r"(?<![\w.+])(?P<it>(?:\+|00)[1-9]\d{0,3}(?:[ \t]?\(0?\d{0,4}\))?(?:[ \t.\-/]?\d{1,12}){1,6})"
        + _ENDS,
        _international,
    ),
    _rule(
        "phone",
        rf"{_FREE}(?P<it>\(?0[1-9]\d{{0,4}}\)?(?:[ \t]?[/\-.][ \t]?|[ \t])?\d{{2,9}}"
        rf"(?:[ \t.\-/]\d{{2,5}}){{0,4}}){_ENDS}",
        _national,
    ),
    _rule(
        "phone",
        rf"{_FREE}(?:1[ .\-])?(?:\([2-9]\d\d\)[ \t]?|[2-9]\d\d[.\-])\d{{3}}[.\- ]\d{{4}}{_ENDS_WHOLLY}",
    ),
    _rule(
        "phone",
        rf"{_FREE}(?P<it>\(?[1-9]\d\)?[ \t]?9\d{{4}}-\d{{4}}|[6-9]\d{{4}} ?\d{{5}}"
        rf"|1[3-9]\d[ \-]?\d{{4}}[ \-]?\d{{4}}){_ENDS_WHOLLY}",
        _long_number,
    ),
    _rule("id", rf"{_FREE}(?P<it>\d{{10,40}})(?!\w|[.,]\d)", _long_number),
)

_ADDRESSES = (
    _rule(
        "address",
        rf"(?<!\w)[A-ZÄÖÜÅØ][\wäöüß\-]{{1,30}}?{_GERMAN_WAY}[ \t]\d{{1,4}} ?[a-z]?(?![\w%€:]|[.,]\d){_TOWN}",
    ),
    _rule(
        "address",
        rf"{_BEFORE_NUMBER}\d{{1,5}}[A-Za-z]?,?[ \t](?!(?:First|Second|Third|New)\b)"
        rf"(?:[A-Z][\w'’]{{1,20}}[ \t]){{1,3}}{_ENGLISH_WAY}(?!\w){_TOWN}",
    ),
    _rule(
        "address",
        r"(?<!\w)(?:address|live[sd]?|living|moved|adresse)(?: is| at| in| on| to|:){0,2}[ \t]"
        r"(?P<it>\d{1,5}[a-z]?[ \t](?:[\w'’]{2,20}[ \t]){1,3}(?:street|st|road|rd|avenue|ave|lane|drive"
        r"|boulevard|close|crescent|terrace|gardens|grove)(?!\w))",
        flags=re.I,
    ),
    _rule(
        "address",
        rf"{_BEFORE_NUMBER}\d{{1,4}}(?: ?(?:bis|ter))?,?[ \t]{_LATIN_WAY}[ \t]{_OF}"
        rf"[A-ZÀ-Þ][\w'’\-]{{1,30}}(?:[ \t\-][A-ZÀ-Þ][\w'’\-]{{1,30}}){{0,3}}{_TOWN}",
    ),
    _rule(
        "address",
        rf"(?<!\w){_SOUTHERN_WAY} ?{_OF}[A-ZÀ-Þ][\w'’\-]{{1,30}}(?:[ \t][\w'’\-]{{1,30}}){{0,3}}?"
        rf",?[ \t](?:n[º°.]? ?|no\.? ?)?\d{{1,4}}(?![\w%€:]|[.,]\d){_TOWN}",
    ),
)

_MENTIONS = (
    _rule(
        "handle",
        r"(?<![\w@./])@(?=[A-Za-z.]{0,30}[_\d])(?P<name>[A-Za-z_][\w.]{2,31}(?<!\.))(?![\w@(])",
        lambda match: "_" in match["name"] or match["name"][-1].isdigit(),
    ),
)

RULES: tuple[Rule, ...] = (
    *_LINKS,
    *_KEYS,
    *_ACCOUNTS,
    *_DATES,
    *_NUMBERS,
    *_ADDRESSES,
    *_MENTIONS,
)
