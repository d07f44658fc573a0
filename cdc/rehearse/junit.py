"""The result of a rehearsal as JUnit's XML, which pipelines show: a test case for each step."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from modules.messages.escaping import escaped
from modules.messages.tokens import hidden
from modules.user_files.writing import replacing
from rehearsal.outcome import Outcome

_SUITE: Final = "cdc rehearse"
_NOT_STARTED: Final = "prepare"
_RESULT: Final = "result"


def write(file: Path, outcome: Outcome) -> None:
    """Replaces ``file`` by the result; raises OSError."""
    cases = [_case(outcome.environment, step.name, step.seconds, step.result) for step in outcome.steps]
    if outcome.failure:
        name, seconds = (step.name, step.seconds) if (step := outcome.failed_step) else (_RESULT, 0.0)
        cases.append(_failed(outcome.environment, name, seconds, outcome.failure.what, outcome.failure.text))
    if outcome.shortcomings:
        text = "\n".join(outcome.shortcomings)
        cases.append(_failed(outcome.environment, _RESULT, 0.0, outcome.shortcomings[0], text))
    _write(file, outcome.environment, cases, outcome.seconds)


def write_error(file: Path, environment: str, error: object) -> None:
    """Replaces ``file`` by an error before the first step; raises OSError."""
    what = str(error).partition("\n")[0]
    _write(file, environment, [_failed(environment, _NOT_STARTED, 0.0, what, str(error))], 0.0)


def _case(environment: str, name: str, seconds: float, output: str = "") -> Element:
    case = Element("testcase", classname=f"rehearsal.{_text(environment)}", name=_text(name), time=_seconds(seconds))
    if output:
        ElementTree.SubElement(case, "system-out").text = _text(output)
    return case


def _failed(environment: str, name: str, seconds: float, what: str, text: str) -> Element:
    case = _case(environment, name, seconds)
    ElementTree.SubElement(case, "failure", message=_text(what), type="RehearsalFailed").text = _text(text)
    return case


def _write(file: Path, environment: str, cases: Iterable[Element], seconds: float) -> None:
    cases = list(cases)
    failures = sum(case.find("failure") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": _seconds(seconds)}
    suites = Element("testsuites", {"name": _SUITE, **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _text(environment), "skipped": "0", **counts})
    suite.extend(cases)
    ElementTree.indent(suites)
    with replacing(file) as content:
        content.write(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n")


def _text(text: str) -> str:
    """Without secrets, and without the characters that XML cannot hold."""
    return escaped(hidden(text))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
