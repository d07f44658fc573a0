"""The page of a rehearsal: its result first, then each part in a section of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element

from cdc.display import clock
from cdc.rehearse.page import dashboard, events, permissions, picture, plots
from cdc.rehearse.page.elements import Child, document, element, table
from cdc.rehearse.page.style import sheet
from modules.messages.tokens import hidden

# Nothing is loaded and nothing runs, whatever a value on the page says.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_FINDINGS: Final = 5
_MOST_CHARACTERS: Final = 4000


@dataclass(frozen=True)
class Material:
    """What a page is made of.

    ``document`` is what ``--json`` prints, with ``summary``, ``observed`` and ``failed``, the step that failed.
    ``explained`` are the permissions of ``--explain-permissions``. ``svg`` is the picture; where it could not be drawn
    ``undrawn`` has the reason. ``made`` says when and by which version; ``hide`` replaces the secrets in a text.
    """

    document: Mapping[str, Any]
    explained: Sequence[Mapping[str, Any]] = ()
    svg: str = ""
    undrawn: str = ""
    made: str = ""
    hide: Callable[[str], str] = field(default=hidden)


def page(material: Material) -> bytes:
    """One file of HTML that needs no other; the same material gives the same bytes."""
    return document(_html(material), material.hide)


def _html(material: Material) -> Element:
    found = material.document
    title = f"Rehearsal of {found['environment']}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", sheet()),
    )
    sections = [one for one in _sections(material) if one[2]]
    links = [element("a", name, href=f"#{id_}") for id_, name, _ in sections]
    parts: list[Element] = []
    for id_, name, content in sections:
        parts.append(element("section", element("h2", name), *content, id=id_))
    body = [element("h1", title), element("p", material.made, class_="note"), *_result(found)]
    return element("html", head, element("body", element("main", *body, element("nav", *links), *parts)), lang="en")


def _sections(material: Material) -> Iterator[tuple[str, str, list[Element]]]:
    found = material.document
    observed = found.get("observed") or {}
    end = max([float(found.get("seconds") or 0), *(step["at"] + step["seconds"] for step in _steps(found))])
    yield "timeline", "Timeline", list(_timeline(found, end))
    yield "picture", "What ran where", list(_picture(material))
    yield "events", "Events by table", list(_events(found, observed, material.hide))
    yield "lag", "Lag and throughput", list(_flow(observed, end))
    yield "dashboard", "Dashboard", list(_dashboard(observed, end))
    yield "permissions", "Who may do what", list(_permissions(material))
    yield "differences", "What is not as on AWS", list(_differences(found))


def _steps(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    failed = found.get("failed")
    return [*found.get("steps", ()), *([failed] if failed else [])]


def _result(found: Mapping[str, Any]) -> Iterator[Element]:
    """The verdict with all reasons, and the figures."""
    passed = bool(found.get("passed"))
    lines: list[Element] = [element("p", element("strong", found["summary"]))]
    if failure := found.get("failure"):
        step = found.get("failed")
        when = f"{step['name']}, after {clock(step['at'] + step['seconds'])}: " if step else ""
        lines.append(element("p", f"{when}{failure['what']}"))
        for one in failure["findings"][:_FINDINGS]:
            lines += _finding(one, failure["what"])
        if failure["text"]:
            text = failure["text"][:_MOST_CHARACTERS]
            lines.append(element("details", element("summary", "all of it"), element("pre", text)))
    else:
        lines += [element("p", reason) for reason in found.get("failures", ())]
    if found.get("logs"):
        lines.append(element("p", f"logs and configurations: {found['logs']}", class_="note"))
    yield element("div", *lines, class_=f"verdict {'passed' if passed else 'failed'}", role="status")
    if figures := list(_figures(found)):
        yield element("dl", *(element("div", element("dt", name), element("dd", text)) for name, text in figures),
                      class_="figures")  # fmt: skip


def _finding(found: Mapping[str, Any], what: str) -> Iterator[Element]:
    if found["cause"] != what:
        yield element("p", f"cause: {found['cause']}")
    if where := ", ".join(f"{kind} {name}" for kind, name in found["where"].items() if name):
        yield element("p", f"where: {where}", class_="note")
    if found["next_step"]:
        yield element("p", f"next: {found['next_step']}")
    if found["evidence"]:
        yield element("pre", found["evidence"][:_MOST_CHARACTERS])


def _figures(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "time", clock(float(found.get("seconds") or 0))
    counts = (("resources", "resources"), ("changes made", "changes"), ("events received", "events"))
    for title, key in counts:
        some = [f"{kind} {count}".replace("_", " ") for kind, count in found.get(key, {}).items() if count]
        if some:
            yield title, ", ".join(some)
    if not found.get("failure"):
        yield (
            "compared with the database",
            ", ".join(f"{key} {found[key]}" for key in ("lost", "dropped", "duplicates")),
        )
        yield "second plan", "empty" if found["second_plan_empty"] else "NOT EMPTY"
    if first := found.get("first_event_seconds"):
        yield "first event after", f"{first:.1f} s"


def _timeline(found: Mapping[str, Any], end: float) -> Iterator[Element]:
    rows = []
    for step in _steps(found):
        bar = element("div", class_="bar", style=_place(step["at"], step["seconds"], end))
        rows.append(
            element(
                "li",
                element("span", step["name"], class_="name"),
                element("div", bar, class_="track"),
                element("span", f"{step['seconds']:.1f} s", class_="time"),
                element("span", "failed" if step is found.get("failed") else step["result"], class_="result"),
                class_="failing" if step is found.get("failed") else None,
            )
        )
    if rows:
        yield element("ol", *rows, class_="steps")


def _place(at: float, seconds: float, end: float) -> str:
    return f"margin-left:{100 * at / end:.2f}%;width:{100 * seconds / end:.2f}%"


def _picture(material: Material) -> Iterator[Element]:
    if material.svg:
        yield from picture.shown(material.svg, f"{material.document['environment']}, as its stacks describe it")
    elif material.undrawn:
        yield element("p", f"could not be drawn: {material.undrawn}", class_="empty")


def _missing(observed: Mapping[str, Any], *parts: str) -> Iterator[Element]:
    for part in parts:
        if why := observed.get("missing", {}).get(part):
            yield element("p", f"{part}: could not be read: {why}", class_="empty")


def _events(found: Mapping[str, Any], observed: Mapping[str, Any], hide: Callable[[str], str]) -> Iterator[Element]:
    if flows := found.get("flows"):
        if found.get("failure"):
            text = (
                "Until the failure: what had not been received by then counts as lost, and a transform that failed on "
                "an event looks like one that dropped it."
            )
            yield element("p", text, class_="note")
        yield events.flows(flows)
    elif "steps" in found:
        yield element("p", "no event was received", class_="empty")
    if samples := observed.get("samples"):
        text = "The first event of each kind, as an application reads it; long values are cut, secrets are hidden."
        yield element("p", text, class_="note")
        yield from events.samples(samples, hide)
    yield from _missing(observed, "samples")


def _flow(observed: Mapping[str, Any], end: float) -> Iterator[Element]:
    if not observed:
        return
    rows = [_rows(name, points) for name, points in observed.get("arrivals", {}).items()]
    lag = [plots.Line(name, points) for name, points in observed.get("lag", {}).items()]
    yield element(
        "div",
        plots.figure("Rows received per second", rows, end=end, empty="no row was received"),
        plots.figure("Seconds behind the database", lag, end=end, empty="no worker has written a line with its lag"),
        class_="plots",
    )
    text = (
        "Seconds since the command began. Rows are counted where an application receives them. The lag is the metric "
        "of the workers' log lines, the highest of ten seconds; on an idle database it swings with the heartbeats."
    )
    yield element("p", text, class_="note")
    yield from _missing(observed, "arrivals", "lag")


def _rows(connector: str, points: Sequence[plots.Point]) -> plots.Line:
    total = sum(value for _, value in points)
    return plots.Line(connector, _each_second(points), gap=1.5, said=f"{total:.0f} in all")


def _each_second(points: Sequence[plots.Point]) -> list[plots.Point]:
    """With zeros around each burst: a second without a row is left out."""
    known = {round(at): value for at, value in points}
    return [
        [second, known.get(second, 0)] for second in sorted({near for at in known for near in (at - 1, at, at + 1)})
    ]


def _dashboard(observed: Mapping[str, Any], end: float) -> Iterator[Element]:
    if dashboards := observed.get("dashboards"):
        text = (
            "As CloudWatch would draw it, from the metrics of the embedded AWS every ten seconds. "
            "A widget whose metrics only AWS publishes says so."
        )
        yield element("p", text, class_="note")
        yield from dashboard.drawn(dashboards, end=end)
    elif observed and "dashboards" not in observed.get("missing", {}):
        yield element("p", "no dashboard was deployed", class_="empty")
    yield from _missing(observed, "dashboards")


def _permissions(material: Material) -> Iterator[Element]:
    if material.explained:
        yield from permissions.matrix(material.explained, material.document.get("permissions", ()))


def _differences(found: Mapping[str, Any]) -> Iterator[Element]:
    rows: list[list[Child]] = [
        [str(number), one["name"], one["deployed"], one["here"]]
        for number, one in enumerate(found.get("substitutions", ()), 1)
    ]
    if rows:
        yield table(["", "what", "deployed", "in this rehearsal"], rows, class_="words")
        yield element("p", "What is not in this list runs as deployed.", class_="note")
