"""Topics of a self -> one HTML page: a strip of bars for each topic over the years, and its quotes below.

All bars of a strip are shares of what was said in each year, so that a talkative year does not win by itself.
Words and quotes are anybody's text and are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from afterself.cli.moments import shown_moment
from afterself.cli.places import who_and_where
from afterself.fidelity.document import document, text
from afterself.fidelity.page_style import STYLE
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.memory.topics import Period, Quote, Topic

_STYLE = (
    STYLE
    + """
svg.bars { display: block; width: 100%; height: 2.6rem; }
svg.bars rect { fill: var(--base); opacity: .55; } svg.bars rect.own { fill: var(--weights); opacity: 1; }
svg.bars rect.floor { fill: var(--rail); opacity: 1; }
.topic { display: grid; grid-template-columns: 13rem 1fr; gap: 1rem; align-items: end; padding: .3rem 0; }
.topic b { font-weight: 600; overflow-wrap: anywhere; }
.years { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; color: var(--soft);
  font-size: .8125rem; text-align: center; }
.quote { border-left: 3px solid var(--line); padding-left: .75rem; margin: .5rem 0; }
.quote .said { white-space: pre-wrap; overflow-wrap: anywhere; }
.quote .who { font-size: .8125rem; color: var(--soft); overflow-wrap: anywhere; }
@media (max-width: 34rem) { .topic { grid-template-columns: 1fr; gap: .2rem; } }
"""
)


def topics_page(periods: Sequence[Period], name: str) -> str:
    """The whole document."""
    shown = f"<bdi>{text(name)}</bdi>"
    parts = [_head(periods, shown), _over_time(periods), *(_period(one) for one in periods if one.topics)]
    return document(f"What {name} spoke of", parts, _STYLE)


def _head(periods: Sequence[Period], name: str) -> str:
    records = sum(one.records for one in periods)
    span = f"{text(periods[0].when)} to {text(periods[-1].when)}" if periods else "no time at all"
    return f"""<header>
<h1>What {name} spoke of</h1>
<p>{counted(records, "record")} from {span}. The words are those that set each of these times apart from the
others, counted; nothing was summed up or made up. Each quote stands so in a record, whose id stands
below it.</p>
<p class="soft">Made on this machine; nothing was sent anywhere. This file is private and not encrypted, and
what is forgotten later stays in it.</p>
</header>
"""


def _over_time(periods: Sequence[Period]) -> str:
    """The plot: how much was said, and the share of it that each topic has."""
    if not any(one.topics for one in periods):
        return "<section><p>Too little was said to tell one time from another.</p></section>\n"
    volume = [one.records for one in periods]
    rows = [_row("all that was said", _bars(volume, None, "records"))]
    for place, period in enumerate(periods):
        for topic in period.topics:
            shares = [count / one.records for count, one in zip(topic.records, periods, strict=True)]
            rows.append(_row(" · ".join(topic.words), _bars(shares, place, "share of the records")))
    years = "".join(f"<span>{text(one.when)}</span>" for one in periods)
    return f"""<section>
<h2>Over the years</h2>
<p class="soft">Each bar is the share of the records of its time that hold one of the words, from nothing to
the topic’s highest; the coloured one is the time that it was found for. The first strip is how much was
said.</p>
{"".join(rows)}
<div class="topic" aria-hidden="true"><span></span><div class="years">{years}</div></div>
</section>
"""


def _row(words: str, bars: str) -> str:
    return f'<div class="topic"><b dir="auto">{text(words)}</b>{bars}</div>\n'


def _bars(values: Sequence[float], own: int | None, what: str) -> str:
    """One strip as SVG that stretches to any width; without words, which stand beside it."""
    most = max(values) or 1.0
    width = 100 / len(values)
    bars = ['<rect class="floor" x="0" y="39" width="100" height="1"/>']
    for place, value in enumerate(values):
        height = round(38 * value / most, 2)
        kind = "own" if place == own else "other"
        bars.append(
            f'<rect class="{kind}" x="{(place + 0.12) * width:.2f}" y="{39 - height:.2f}" '
            f'width="{0.76 * width:.2f}" height="{height}"/>'
        )
    told = ", ".join(f"{value:.3g}" for value in values)
    return (
        f'<svg class="bars" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" '
        f'aria-label="{what}: {told}">{"".join(bars)}</svg>'
    )


def _period(period: Period) -> str:
    shown = "".join(_topic(one) for one in period.topics)
    return (
        f"<section>\n<h2>{text(period.when)}</h2>\n"
        f'<p class="soft">{counted(period.records, "record")}</p>\n{shown}</section>\n'
    )


def _topic(topic: Topic) -> str:
    quotes = "".join(_quote(one) for one in topic.quotes)
    return f'<p><b dir="auto">{text(" · ".join(topic.words))}</b></p>\n{quotes}'


def _quote(one: Quote) -> str:
    place = f"{who_and_where(one.author, one.thread_title)}, {shown_moment(one.said_at, 'day')}"
    said = f"{'… ' if one.before else ''}{one.text}{' …' if one.after else ''}"
    return (
        f'<div class="quote"><div class="said" dir="auto">{text(said)}</div>'
        f'<div class="who">{text(place)} <code>{text(one.id)}</code></div></div>\n'
    )
