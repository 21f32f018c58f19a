"""The style sheet of the likeness page: light and dark, phone and desk, no font or file from elsewhere."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1f2428; --soft: #5b646c; --line: #dfdcd4; --rail: #ece9e2;
  --weights: #1565a8; --base: #7a828a; --cheap: #a4660a; --zero: #1f2428;
  --good: #1d6f42; --bad: #b3261e; --open: #7a5a00;
  --good-paper: #e7f3ec; --bad-paper: #fbeae8; --open-paper: #f8f0da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --card: #1d2125; --ink: #e7e9ea; --soft: #a2abb3; --line: #343a40; --rail: #2a3036;
    --weights: #6cb4f0; --base: #98a2ab; --cheap: #e0a548; --zero: #e7e9ea;
    --good: #7fd3a2; --bad: #ff9d94; --open: #e8c469;
    --good-paper: #16301f; --bad-paper: #3a1c1a; --open-paper: #33290f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: break-word;
}
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.2rem); line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
.soft, .foot { color: var(--soft); font-size: .9375rem; }
section, .short {
  background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.15rem 1.25rem; margin: 1.1rem 0;
}
ul.answers { list-style: none; margin: .4rem 0 0; padding: 0; }
ul.answers li { display: grid; grid-template-columns: 7.6rem 1fr; gap: .9rem; padding: .6rem 0; }
ul.answers li + li { border-top: 1px solid var(--line); }
.badge {
  display: inline-block; align-self: start; justify-self: start; border-radius: 1rem; padding: .1rem .7rem;
  font-size: .8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap;
}
.good { color: var(--good); background: var(--good-paper); }
.bad { color: var(--bad); background: var(--bad-paper); }
.open { color: var(--open); background: var(--open-paper); }
.plot { margin: 1rem 0 .6rem; }
.row { margin: .75rem 0; }
.row .label { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.row .label b { font-weight: 600; }
.row .figure { font-variant-numeric: tabular-nums; white-space: nowrap; text-align: right; }
.row .figure small { color: var(--soft); }
svg.strip { display: block; width: 100%; height: 1.5rem; overflow: visible; }
svg line { vector-effect: non-scaling-stroke; stroke: var(--rail); stroke-width: 1; }
svg .mark { stroke: var(--zero); stroke-width: 1.5; stroke-dasharray: 3 3; }
svg .range { stroke-width: 4; stroke-linecap: round; opacity: .45; }
svg .dot { stroke-width: 12; stroke-linecap: round; }
svg .weights { stroke: var(--weights); } svg .base { stroke: var(--base); } svg .cheap { stroke:
  var(--cheap); }
.axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .8125rem; height:
  1.3rem; }
.axis span { width: 0; display: flex; justify-content: center; white-space: nowrap; }
.axis .start { justify-content: flex-start; } .axis .end { justify-content: flex-end; }
.key { color: var(--soft); font-size: .875rem; margin-top: .2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: .7rem 0; }
th, td { text-align: right; padding: .4rem 0 .4rem .75rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td + td { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; font-weight: 400; }
thead th { font-size: .875rem; color: var(--soft); font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .3rem 1rem; margin: .5rem 0;
  font-size: .9375rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
details summary { cursor: pointer; font-weight: 600; }
.pair { border-top: 1px solid var(--line); padding: .8rem 0; }
.pair .said { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0 .5rem; }
.pair .who { font-size: .8125rem; color: var(--soft); }
.pair .generated { border-left: 3px solid var(--weights); padding-left: .75rem; }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--rail); padding:
  .1em .35em; border-radius: .3em; }
@media (max-width: 34rem) {
  main { padding: 1.2rem .8rem 3rem; }
  section, .short { padding: 1rem .95rem; }
  ul.answers li { grid-template-columns: 1fr; gap: .3rem; }
  .row .label { flex-direction: column; gap: 0; }
  .row .figure { text-align: left; }
  th, td { padding-left: .4rem; font-size: .9375rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
}
@media print { body { background: #fff; } section, .short { break-inside: avoid; } }
"""
