"""The page's style sheet: light and dark as the reader prefers, and narrow screens."""

from typing import Final

from cdc.diagram.picture.style import colours

# The colours of lines in plots, in light and dark.
LINES: Final = (
    ("#0969da", "#58a6ff"), ("#bf5b04", "#f0883e"), ("#1a7f37", "#3fb950"), ("#8250df", "#bc8cff"),
    ("#c2255c", "#f778ba"), ("#0a7ea4", "#39b5e0"),
)  # fmt: skip
_LIGHT: Final = {
    "page": "#ffffff", "card": "#f6f8fa", "edge": "#d1d9e0", "ink": "#1f2328", "faint": "#59636e", "bar": "#0969da",
    "good": "#1a7f37", "good-fill": "#dafbe1", "bad": "#b3261e", "bad-fill": "#ffebe9", "other": "#8a5a00",
    "other-fill": "#fff3d1", "link": "#0969da",
}  # fmt: skip
_DARK: Final = {
    "page": "#0d1117", "card": "#161b22", "edge": "#3d444d", "ink": "#f0f6fc", "faint": "#9198a1", "bar": "#58a6ff",
    "good": "#3fb950", "good-fill": "#12261e", "bad": "#ff8182", "bad-fill": "#2d1418", "other": "#e3b341",
    "other-fill": "#2b2211", "link": "#58a6ff",
}  # fmt: skip


def sheet() -> str:
    lines = "".join(f".s{number}{{--line:var(--line{number})}}" for number in range(len(LINES)))
    light, dark = ({f"line{number}": one for number, one in enumerate(of)} for of in zip(*LINES, strict=True))
    return f"{colours(_LIGHT | light, _DARK | dark)}{_RULES}{lines}"


_RULES: Final = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,
'Helvetica Neue',Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:16px}
h1{font-size:1.5rem;line-height:1.25;margin:.4rem 0}
h2{font-size:1.2rem;margin:2.2rem 0 .5rem;padding-top:.6rem;border-top:1px solid var(--edge)}
h3{font-size:1rem;margin:1.3rem 0 .4rem}
h1,h2,h3,p,li,dd,summary{overflow-wrap:anywhere}
a{color:var(--link)}
nav a{margin-right:1rem;display:inline-block}
code,pre,.value{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--edge);border-radius:6px;
padding:.6rem;margin:.4rem 0}
.note{color:var(--faint);margin:.3rem 0}
.verdict{border-radius:8px;padding:.8rem 1rem;margin:.8rem 0;border:1px solid}
.verdict p{margin:.3rem 0}
.passed{background:var(--good-fill);border-color:var(--good)}
.failed{background:var(--bad-fill);border-color:var(--bad)}
.verdict strong{font-size:1.1rem}
.passed strong,.good{color:var(--good)}
.failed strong,.bad{color:var(--bad)}
.other{color:var(--other)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr));gap:10px;margin:0 0 1rem}
.figures div{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:.5rem .8rem}
.figures dt{color:var(--faint);font-size:.86rem}
.figures dd{margin:0;font-weight:600}
.scroll{overflow-x:auto;border:1px solid var(--edge);border-radius:8px;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem;border-bottom:1px solid var(--edge)}
th{background:var(--card);white-space:nowrap}
tbody tr:last-child td{border-bottom:0}
td .value{white-space:nowrap}
.words{min-width:640px}
.words td{overflow-wrap:anywhere;min-width:9rem}
.words td:first-child{min-width:2rem}
.changed{color:var(--other);font-weight:600}
.matrix td:not(:first-child),.matrix th:not(:first-child){text-align:center}
.matrix td:first-child{white-space:nowrap}
.steps{list-style:none;margin:0;padding:0}
.steps li{display:grid;grid-template-columns:9rem minmax(0,1fr) 4rem;gap:2px 10px;align-items:center;padding:.25rem 0}
.steps .track{background:var(--card);border-radius:4px;height:.9rem;overflow:hidden}
.steps .bar{background:var(--bar);height:100%;border-radius:4px;min-width:2px}
.steps .failing .bar{background:var(--bad)}
.steps .time{text-align:right;font-variant-numeric:tabular-nums}
.steps .result{grid-column:2/4;color:var(--faint);font-size:.86rem}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:12px}
figure{margin:0;background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:.6rem;min-width:0}
figcaption{font-weight:600;overflow-wrap:anywhere}
figure svg{display:block;width:100%;height:auto;max-width:440px}
figure svg text{fill:var(--faint);font-size:11px}
.grid{stroke:var(--edge);stroke-width:1}
.limit{stroke:var(--bad);stroke-width:1.2;stroke-dasharray:5 4}
.line{fill:none;stroke:var(--line);stroke-width:2;stroke-linejoin:round}
.dot{fill:var(--line)}
.legend{list-style:none;margin:.2rem 0 0;padding:0;font-size:.86rem}
.legend li{display:inline-block;margin-right:.9rem}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;background:var(--line);margin-right:.35em}
.empty{color:var(--faint);border:1px dashed var(--edge);border-radius:6px;padding:.8rem;margin:.5rem 0;font-size:.9rem;
overflow-wrap:anywhere}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:0 16px}
article{min-width:0}
.both{grid-column:1/-1}
.chips{list-style:none;display:flex;flex-wrap:wrap;gap:6px;margin:.4rem 0;padding:0}
.chips li{border:1px solid var(--edge);border-radius:999px;padding:.1rem .7rem;font-size:.86rem;max-width:100%}
details{margin:.5rem 0}
summary{cursor:pointer}
.picture img{display:block;width:100%;min-width:900px;height:auto}
@media(max-width:600px){body{font-size:14px}.steps li{grid-template-columns:minmax(0,1fr) 4rem}
.steps .track{grid-column:1/3;grid-row:2}.steps .result{grid-column:1/3}}
@media print{details{display:block}.scroll{overflow:visible}}
"""
