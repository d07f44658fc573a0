"""A rehearsal as JUnit's XML: as Jenkins, GitLab and Azure read it."""

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from cdc.rehearse import junit
from rehearsal.failures import Failure
from rehearsal.outcome import Outcome
from rehearsal.steps import Step

STEPS = (Step("start", at=0, seconds=4.5, result="AWS, 1 MySQL"), Step("platform", at=4.5, seconds=20))
# Attributes that the schemas of Jenkins and of Ant require or know, by element.
REQUIRED = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "system-out": set[str](),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "system-out"},
    "failure": set[str](),
    "system-out": set[str](),
}


def read(file: Path) -> Element:
    """The file, checked against the schema."""
    suites = ElementTree.parse(file).getroot()
    assert suites.tag == "testsuites"
    for element in suites.iter():
        assert set(element.attrib) >= REQUIRED[element.tag]
        assert {child.tag for child in element} <= CHILDREN[element.tag]
    [suite] = suites
    for counted in (suites, suite):
        assert int(counted.attrib["tests"]) == len(suite)
        assert int(counted.attrib["failures"]) == len(list(suite.iter("failure")))
        assert float(counted.attrib["time"]) >= 0
    return suite


def cases(suite: Element) -> list[tuple[str, str, bool]]:
    return [(case.attrib["name"], case.attrib["time"], case.find("failure") is not None) for case in suite]


def test_each_step_is_a_case(tmp_path: Path) -> None:
    junit.write(
        file := tmp_path / "out" / "rehearsal.xml", Outcome("dev", (), STEPS, second_plan_empty=True, seconds=30)
    )
    suite = read(file)
    assert suite.attrib["name"] == "dev"
    assert suite.attrib["time"] == "30.000"
    assert cases(suite) == [("start", "4.500", False), ("platform", "20.000", False)]
    assert suite[0].attrib["classname"] == "rehearsal.dev"
    assert suite[0].findtext("system-out") == "AWS, 1 MySQL"


def test_a_failed_step_has_the_diagnosis_without_secrets(tmp_path: Path) -> None:
    text = "it fails <here> & there\n\x1b[31mpassword=hunter2hunter2\x00"
    failed = Failure("a connector does not run", (), text)
    outcome = Outcome("dev", (), STEPS, failure=failed, failed_step=Step("snapshot", at=24.5, seconds=7))
    junit.write(file := tmp_path / "rehearsal.xml", outcome)
    suite = read(file)
    assert cases(suite)[-1] == ("snapshot", "7.000", True)
    failure = suite[-1].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "a connector does not run"
    assert str(failure.text).startswith("it fails <here> & there\n\\x1b[31mpassword=(hidden)")


def test_what_was_not_proven_is_a_failed_case(tmp_path: Path) -> None:
    junit.write(file := tmp_path / "rehearsal.xml", Outcome("dev", (), STEPS, second_plan_empty=True, lost=2))
    suite = read(file)
    assert cases(suite)[-1] == ("result", "0.000", True)
    failure = suite[-1].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "2 events were lost"


def test_an_error_before_the_first_step_is_a_failed_case(tmp_path: Path) -> None:
    junit.write_error(file := tmp_path / "rehearsal.xml", "dev", "missing requirements:\n  terraform")
    suite = read(file)
    assert cases(suite) == [("prepare", "0.000", True)]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be written"):
        junit.write(tmp_path, Outcome("dev", (), STEPS))
