"""Each measured figure -> one section of the page: the plot, the number, and what it means in plain words.

A section says what was done, shows the figure with its interval, and ends with what follows from it. What
could not be measured says so and why. `name` comes escaped; everything else here is numbers and our words.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from afterself.archive.plain import terminal_text
from afterself.fidelity.gate import Gate
from afterself.fidelity.identification import SIZES
from afterself.fidelity.intervals import Estimate, Measured, TooFew
from afterself.fidelity.likeness import Likeness
from afterself.fidelity.plots import Scale, axis, scale, strip
from afterself.fidelity.remedies import against_copying, against_unnaturalness, against_weak_reading
from afterself.fidelity.typicality import WIDEST_GAP
from afterself.home.counting import counted

Row = tuple[str, Measured, str]
"""What is measured (HTML), the figure, and the class of its colour."""


def in_short(likeness: Likeness, name: str) -> str:
    """The answers on one look."""
    saved = likeness.reading
    answers = [
        _difference(
            saved.saved_over_base,
            f"The trained weights read {name} better than the untouched base model does.",
            f"It is not shown that training made the model read {name} better.",
            f"The trained weights read {name} <b>worse</b> than the untouched base model.",
        ),
        _difference(
            saved.saved_over_witten_bell,
            "They know more of the person than the habits of letters and words that simple counting finds.",
            "It is not shown that they know more than simple counting of letters does.",
            "Simple counting of letters does <b>better</b> than they do.",
        ),
    ]
    if likeness.identification:
        answers.append(_found(likeness.identification.accuracy, likeness.identification.chance, name))
    answers.append(
        {
            "pass": ("good", "passed", "What the self writes is not copied out of its training messages."),
            "fail": ("bad", "failed", "The self repeats its training messages. Do not show it to others."),
            "not measurable": ("open", "not measured", "Too little was written to tell if it only copies."),
        }[likeness.copying.verdict]
    )
    answers.append(
        {
            "pass": ("good", "passed", "What it writes is neither babble nor smoother than a real person."),
            "fail": ("bad", "failed", _unnatural(likeness.typicality.gap)),
            "undecided": (
                "open",
                "undecided",
                "If it writes babble, or too smoothly, these replies leave open.",
            ),
            "not measurable": ("open", "not measured", "Too few replies to tell how natural they are."),
        }[likeness.typicality.verdict]
    )
    items = "".join(
        f'<li><span class="badge {colour}">{word}</span><span>{said}</span></li>'
        for colour, word, said in answers
    )
    return f'<div class="short"><h2>In short</h2><ul class="answers">{items}</ul></div>\n'


def reading(likeness: Likeness, name: str) -> str:
    """Bits per byte under each reader."""
    found = likeness.reading
    rows: list[Row] = [
        ("The untouched base model", found.base, "base"),
        ("Letter counting", found.witten_bell, "cheap"),
        ("The trained weights", found.weights, "weights"),
    ]
    return f"""<section>
<h2>How well does it read {name}?</h2>
<p>Each reader below guesses {name}’s real replies letter by letter. The better it knows the person, the
less it is surprised. Surprise is counted in <b>bits per byte</b> (a byte is about a letter): <b>less is
better</b>. Nobody reaches 0, because a living person does surprise.</p>
{_plot(rows)}
<p class="key">Letter counting is a simple table of which letters {_counted(likeness, name)} put after
which. It is the bar to be under: a model of a person should know more than that.</p>
</section>
"""


def _counted(likeness: Likeness, name: str) -> str:
    if likeness.ground.background_messages:
        return f"{name} and their contacts"
    return f"{name} alone (no words of contacts are there)"


def gain(likeness: Likeness, name: str) -> str:
    """What the weights save, reply by reply."""
    found = likeness.reading
    rows: list[Row] = [
        ("Fewer bits than the base", found.saved_over_base, "weights"),
        ("Fewer bits than letter counting", found.saved_over_witten_bell, "weights"),
    ]
    sides = key = ""
    if _drawn(rows):
        sides = f" Right of the dashed line they read {name} better, left of it worse."
        key = """
<p class="key">The pale bar is the 95 % interval: so far off may the figure be because only these
conversations were there to measure. If it does not touch the dashed line, chance alone would hardly give
such a difference.</p>"""
    return f"""<section>
<h2>What did training gain?</h2>
<p>The same replies, compared one by one: how many bits per byte the weights need less.{sides}
{_percent(found.saved_over_base, found.base)}</p>
{_plot(rows, marks=[0.0])}{key}
{_what_helps(against_weak_reading(found))}</section>
"""


def identification(likeness: Likeness, name: str) -> str:
    """The guessing game among selves, and how much worse the others' weights read."""
    found = likeness.identification
    if found is None:
        return f"""<section>
<h2>Would it be told apart from others?</h2>
<p>Not asked. If there are other selves on the same base, they can compete for {name}’s replies:
<code>afterself evaluate --against OTHER,ANOTHER</code></p>
</section>
"""
    count = len(found.swap) + 1
    rows: list[Row] = [
        (f"From {counted(size, 'reply', 'replies')}", found.accuracy[size], "weights") for size in SIZES
    ]
    swaps: list[Row] = [
        (f"The weights of <bdi>{_text(other)}</bdi>", value, "weights") for other, value in found.swap.items()
    ]
    guessing = f" The dashed line is pure guessing: 1 in {count}." if _drawn(rows) else ""
    return f"""<section>
<h2>Would it be told apart from others?</h2>
<p>{count} selves read {name}’s replies, and whoever is least surprised claims them. How often is it the
right one?{guessing}</p>
{_plot(rows, percent=True, marks=[found.chance], ends=[0.0, 1.0])}
<p>How many more bits per byte the same replies cost when another person’s weights read them:</p>
{_plot(swaps, marks=[0.0])}
</section>
"""


def copying(likeness: Likeness, name: str) -> str:
    """The verbatim-copy gate."""
    gate = likeness.copying
    rows = [
        (
            "messages found whole in training",
            *(f"{100 * s:.1f} %" for s in (gate.written.exact, gate.real.exact, gate.bars.exact)),
        ),
        (
            "letters inside a copied run of 30 or more",
            *(f"{100 * s:.1f} %" for s in (gate.written.cov30, gate.real.cov30, gate.bars.cov30)),
        ),
        (
            "longest copied run, in 95 of 100 messages at most",
            *(f"{n or '&lt; 15'}" for n in (gate.written.p95, gate.real.p95, gate.bars.p95)),
        ),
    ]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    if gate.verdict == "not measurable":
        body = ""
        said = f"Not measurable: {_text(gate.reasons[0])}."
    else:
        said = "Failed: " + _text("; ".join(gate.reasons)) + "." if gate.reasons else "Passed."
    table = (
        "<table><thead><tr><th></th><th>it wrote</th><th>real</th><th>at most</th></tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
    return f"""<section>
<h2>Does it only repeat?</h2>
<p>A model can look like a person by giving their old messages back. {_looked_for(gate, name)}</p>
{table if body else ""}
<p><b>{said}</b> Messages under 15 letters do not count: “see you there” is everybody’s.</p>
{_what_helps(against_copying(gate))}</section>
"""


def _looked_for(gate: Gate, name: str) -> str:
    if not gate.written.messages:
        return "So what a self writes is looked for in what it was trained on. Here it wrote nothing."
    wrote = counted(gate.written.messages, "message")
    return f"""So the self wrote {wrote}, and each was looked for in what it was trained on. People repeat
themselves too: the middle column is what {name}’s own later messages repeat."""


def typicality(likeness: Likeness, name: str) -> str:
    """The gap between what is written and what is real under an independent judge."""
    found = likeness.typicality
    edges = [-WIDEST_GAP, WIDEST_GAP]
    rows: list[Row] = [("Written less real", found.gap, "weights")]
    plot = _plot(rows, 2, marks=edges, ends=[-0.2, 0.2])
    right, left, between = "", "", f"{WIDEST_GAP:g} bits per byte to either side of the real replies passes."
    if _drawn(rows):
        right, left = " (to the right)", " (to the left)"
        between = f"Between the dashed lines, {WIDEST_GAP:g} bits per byte to either side, passes."
    return f"""<section>
<h2>Does it write as naturally as a person?</h2>
<p>A judge that knows only {name}’s later replies and what others said, never the model, reads what the
self wrote and what {name} really wrote at the same places. Babble surprises the judge more than a person
does{right}; timid, smooth writing surprises it less{left}. {between}</p>
{plot}
<p class="key">This can only fail a self, never praise it: copying passes here, and is caught above.</p>
{_what_helps(against_unnaturalness(found))}</section>
"""


def _what_helps(remedy: str) -> str:
    return f"<p><b>What helps:</b> {escape(remedy)}</p>\n" if remedy else ""


def _drawn(rows: Sequence[Row]) -> bool:
    """Whether there is a plot, with the marks that a text explains."""
    return any(isinstance(found, Estimate) for _, found, _ in rows)


def _difference(found: Measured, better: str, open_: str, worse: str) -> tuple[str, str, str]:
    if isinstance(found, TooFew):
        return "open", "not measured", f"{_missing(found)} {open_}"
    if found.low > 0:
        return "good", "yes", better
    return ("bad", "no", worse) if found.high < 0 else ("open", "undecided", open_)


def _unnatural(gap: Measured) -> str:
    if isinstance(gap, Estimate) and gap.value < 0:
        return "What it writes is smoother and more timid than what the person writes."
    return "What it writes is odder than what the person writes: more words that nobody would put so."


def _found(accuracy: dict[int, Measured], chance: float, name: str) -> tuple[str, str, str]:
    sizes = [size for size in SIZES if isinstance(accuracy[size], Estimate)]
    if not sizes:
        return "open", "not measured", "Too few replies to play the guessing game with other selves."
    best = accuracy[sizes[-1]]
    shown = any(isinstance(one, Estimate) and one.low > chance for one in accuracy.values())
    assert isinstance(best, Estimate)
    said = (
        f"From {counted(sizes[-1], 'reply', 'replies')}, this self is picked out in "
        f"{100 * best.value:.0f} of 100 tries (guessing: {100 * chance:.3g})."
    )
    return ("good", "yes", said) if shown else ("open", "undecided", said)


def _plot(
    rows: Sequence[Row],
    digits: int = 3,
    *,
    marks: Sequence[float] = (),
    percent: bool = False,
    ends: Sequence[float] = (),
) -> str:
    """The rows on one scale, which holds `marks` (dashed lines) and `ends`."""
    estimates = [row[1] for row in rows if isinstance(row[1], Estimate)]
    if not estimates:
        return f"<p><b>{_missing(rows[0][1])}</b></p>"
    on = scale(estimates, [*marks, *ends])
    shown = "".join(_row(row, on, digits, percent, marks) for row in rows)
    places = 0 if percent else max(1, min(3, _digits(on)))
    cut = ""
    if on.low > 0:
        cut = f'<p class="key">The scale begins at {on.low:g}, not at 0.</p>'
    return f'<div class="plot">{shown}{axis(on, places, percent=percent)}</div>{cut}'


def _row(row: Row, on: Scale, digits: int, percent: bool, marks: Sequence[float]) -> str:
    label, found, colour = row
    if isinstance(found, TooFew):
        return f'<div class="row"><div class="label"><b>{label}</b><span>{_missing(found)}</span></div></div>'
    numbers = (found.value, found.low, found.high)
    value, low, high = (f"{100 * n:.0f} %" if percent else _signed(n, digits) for n in numbers)
    says = f"{value}, 95 % interval {low} to {high}"
    return (
        f'<div class="row"><div class="label"><b>{label}</b>'
        f'<span class="figure">{value} <small>[{low}, {high}]</small></span></div>'
        f"{strip(found, on, colour, marks, says)}</div>"
    )


def _signed(number: float, digits: int) -> str:
    return f"{number:.{digits}f}".replace("-", "−")


def _digits(on: Scale) -> int:
    step = on.ticks[1] - on.ticks[0]
    return next(n for n in (0, 1, 2, 3, 4) if abs(round(step, n) - step) < 1e-9 or n == 4)


def _missing(found: Measured) -> str:
    needs = f"; {found.needs}" if isinstance(found, TooFew) else ""
    return f"{str(found)[0].upper()}{str(found)[1:]}{needs}."


def _percent(saved: Measured, base: Measured) -> str:
    if not isinstance(saved, Estimate) or not isinstance(base, Estimate) or saved.value <= 0:
        return ""
    return f" Against the base they save {100 * saved.value / base.value:.0f} % of all bits."


def _text(value: str) -> str:
    return escape(terminal_text(value))
