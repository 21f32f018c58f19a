"""A measured likeness -> one HTML page for a person who never trained anything.

Every figure stands with its interval and with what it means; what could not be measured says so. Names and
samples are anybody's text and are escaped. What the sections say of one figure each is in `sections.py`, what
makes it a page that asks nothing of anybody in `document.py`.
"""

from __future__ import annotations

from afterself.fidelity import sections
from afterself.fidelity.document import document, text
from afterself.fidelity.likeness import Likeness, Pair
from afterself.fidelity.page_style import STYLE
from afterself.home.counting import counted
from afterself.home.declaration import RIGHT_MEANS, Right


def page(likeness: Likeness) -> str:
    """The whole document."""
    name = f"<bdi>{text(likeness.name)}</bdi>"
    parts = [
        _head(likeness, name),
        sections.in_short(likeness, name),
        sections.reading(likeness, name),
        sections.gain(likeness, name),
        sections.identification(likeness, name),
        sections.copying(likeness, name),
        sections.typicality(likeness, name),
        _limits(name),
        _pairs(likeness.pairs, name),
        _details(likeness, name),
    ]
    return document(f"How much like {likeness.name}?", parts, STYLE)


def _head(likeness: Likeness, name: str) -> str:
    ground = likeness.ground
    right: Right = likeness.right  # type: ignore[assignment]
    since = f" since {ground.since[:10]}" if ground.since else ""
    held_out = f"{counted(ground.replies, 'reply', 'replies')} that {name} really gave{since}"
    if not ground.replies:
        held_out = f"later replies that {name} really gave (there are none yet)"
    return f"""<header>
<h1>How much like {name} is this self?</h1>
<p>A digital self is a small statistical model of how somebody writes. This page measures how close it
comes, with {held_out} and that the model has never seen.</p>
<p class="soft">Measured on this machine on {text(likeness.measured_at[:10])}; nothing was sent anywhere.
The self was declared:
{text(RIGHT_MEANS.get(right, right))}.</p>
</header>
"""


def _limits(name: str) -> str:
    return f"""<section>
<h2>What this page cannot tell</h2>
<p>It measures <em>how</em> {name} writes: words, length, spelling, tone, and how a reply follows from
what was
said before. It does not measure whether what the self claims is true, nor what {name} would think or
decide. A self that reads {name} well still makes things up: take facts only from what it cites.</p>
<p>The figures hold for people and subjects like those in the archive. To a stranger, or on a new subject,
the self is less like {name} than it is here.</p>
</section>
"""


def _pairs(pairs: tuple[Pair, ...], name: str) -> str:
    if not pairs:
        return ""
    shown = "".join(
        f"""<div class="pair">
<div class="who">said before</div><div class="said" dir="auto">{text(pair.before) or "(nothing)"}</div>
<div class="who">{name} really replied</div><div class="said" dir="auto">{text(pair.real)}</div>
<div class="generated"><div class="who">generated: {name} did not write this</div>
<div class="said" dir="auto">{text(pair.written) or "(nothing)"}</div></div>
</div>
"""
        for pair in pairs
    )
    return f"""<section>
<h2>Real and generated replies, side by side</h2>
<p class="soft">Private text: this page was made with samples of it. Neither chosen nor corrected.</p>
{shown}</section>
"""


def _details(likeness: Likeness, name: str) -> str:
    ground = likeness.ground
    rows = [
        ("weights", likeness.weights),
        ("base", f"{likeness.base} (sha256 {likeness.base_sha256[:16]}…), trained: {likeness.method}"),
        (
            "held-out replies",
            f"{ground.replies:,} of {ground.available:,}, in "
            f"{counted(ground.conversations, 'conversation')}, {counted(ground.bytes, 'byte')} "
            "with one end mark each",
        ),
        (
            "letter counting",
            f"interpolated Witten–Bell over bytes, order 6, half {likeness.name}’s {ground.own_messages:,} "
            f"training messages, half {ground.background_messages:,} of contacts in the training period",
        ),
        (
            "intervals",
            "95 %, whole conversations drawn again 10,000 times (1,000 for the guessing game), widened where "
            "conversations are few; nothing is given below 20 replies or 5 conversations",
        ),
        ("written replies", f"{likeness.typicality.replies:,}, temperature 1, seeds fixed"),
        ("made by", f"afterself {likeness.version}, {likeness.measured_at}"),
    ]
    listed = "".join(f"<dt>{text(term)}</dt><dd>{text(value)}</dd>" for term, value in rows)
    return f"""<section>
<details>
<summary>How it was measured</summary>
<dl>{listed}</dl>
<p class="soft">Each reader sees the reply itself; base and weights also see what was really said before
it. The same
figures for programs: <code>afterself evaluate --json</code>. If something this page was made from is
forgotten, the page is removed with it.</p>
</details>
</section>
"""
