"""Each way in which a plugin breaks on MSK Connect is refused in one line; the fixed plugin is not."""

from collections.abc import Iterable, Mapping

import pytest

from modules.archive.conflicts import repeated
from modules.archive.contents import Contents
from modules.archive.jar import Jar
from modules.archive.refusals import refusals
from modules.archive.worker import Worker
from tests.unit.archive.classes import ABSTRACT, CONNECT, PUBLIC, TRANSFORM, class_file, connector, jar, pom

NAME = "org.example.Connector"
IAM = "software/amazon/msk/auth/iam/IAMLoginModule"
CONNECTOR = jar("connector-1.jar", connector(), pom("org.example", "connector", "1"))

Files = Mapping[str, bytes | str]


def lines(worker: Worker, jars: Iterable[Jar], name: str | None = NAME) -> list[str]:
    contents = Contents(name="plugin.zip", jars=tuple(jars))
    return [str(refusal) for refusal in refusals(contents, connector=name, worker=worker)]


def library(name: str, version: str, group: str = "org.example") -> Jar:
    return jar(f"{name}-{version}.jar", [f"org/{name}/{version}"], pom(group, name, version))


def with_member(file: str, member: str, access: int = PUBLIC) -> Jar:
    return jar(file, {"org/a/A": class_file("org/a/A", methods={(member, "()V"): access})})


def test_a_valid_plugin(worker: Worker) -> None:
    assert lines(worker, [CONNECTOR, library("a", "1"), library("b", "2")]) == []
    assert lines(worker, [CONNECTOR], None) == []


@pytest.mark.parametrize(
    ("name", "jars", "refusal"),
    [
        (
            None,
            [library("a", "1")],
            "must contain a source or sink connector, got none; add the connector's own archive",
        ),
        ("org.example.Conector", [CONNECTOR], f"org.example.Conector: must be in the archive; it contains {NAME}"),
        (NAME, [library("a", "1")], f"{NAME}: must be in the archive; it contains no other connector"),
        (
            "org.example.Sink",
            [jar("a.jar", connector("com/else/Where") | connector("org/example/Sinks"))],
            "org.example.Sink: must be in the archive; it contains org.example.Sinks and com.else.Where",
        ),
        (
            NAME,
            [jar("a.jar", connector(access=ABSTRACT))],
            f"{NAME}: must be public and concrete, with a public constructor without arguments; it contains no other"
            " connector",
        ),
        (
            NAME,
            [jar("a.jar", {"org/example/Connector": class_file("org/example/Connector", interfaces=[TRANSFORM])})],
            f"{NAME}: must be a source or sink connector, and extends neither; it contains no other connector",
        ),
    ],
    ids=["none", "misspelt", "missing", "nearest first", "abstract", "another kind"],
)
def test_the_connector_is_required(worker: Worker, name: str | None, jars: list[Jar], refusal: str) -> None:
    assert lines(worker, jars, name) == [refusal]


@pytest.mark.parametrize(
    ("classes", "files", "class_name"),
    [
        ([IAM], {}, f"{IAM.replace('/', '.')}: "),
        ([f"shaded/{IAM}"], {}, f"shaded.{IAM.replace('/', '.')}: "),
        ([], pom("software.amazon.msk", "aws-msk-iam-auth", "2.3.9"), ""),
    ],
    ids=["its class", "its class in another package", "its coordinates"],
)
def test_the_workers_login_module_is_refused(worker: Worker, classes: list[str], files: Files, class_name: str) -> None:
    (refusal,) = lines(worker, [CONNECTOR, jar("a.jar", classes, files)])
    assert refusal == (
        f"a.jar: {class_name}contains aws-msk-iam-auth, which the worker has itself; with a second copy its clients"
        ' fail with "Unsupported callback type"; leave it out'
    )


AGREE = "leave one out, or use releases with the same version"
SDK = "software.amazon.awssdk"


@pytest.mark.parametrize(
    ("jars", "refusal"),
    [
        (
            [library("guava", "32"), library("guava", "33")],
            f"org.example:guava must have one version, got 32 in guava-32.jar and 33 in guava-33.jar; {AGREE}",
        ),
        (
            [library("guava", "32"), jar("guava-33.jar", ["org/x/Y"])],
            f"org.example:guava must have one version, got 32 in guava-32.jar and 33 in guava-33.jar; {AGREE}",
        ),
        (
            [jar("all.jar", ["a/A"], pom("org.a", "a", "1")), jar("b.jar", ["b/B"], pom("org.a", "a", ""))],
            f"org.a:a must have one version, got an unknown version in b.jar and 1 in all.jar; {AGREE}",
        ),
        (
            [library("auth", "2.1", SDK), library("sts", "2.2", SDK), library("s3", "2.2", SDK)],
            "AWS SDK for Java 2 must have one version, got 2.1 in auth-2.1.jar and 2.2 in s3-2.2.jar and"
            f" sts-2.2.jar; {AGREE}",
        ),
        (
            [library("aws-java-sdk-s3", "1.1", "com.amazonaws"), library("aws-java-sdk-sts", "1.2", "com.amazonaws")],
            "AWS SDK for Java 1 must have one version, got 1.1 in aws-java-sdk-s3-1.1.jar and 1.2 in"
            f" aws-java-sdk-sts-1.2.jar; {AGREE}",
        ),
    ],
    ids=["one library", "coordinates of one only", "no version", "AWS SDK 2", "AWS SDK 1"],
)
def test_a_library_must_have_one_version(worker: Worker, jars: list[Jar], refusal: str) -> None:
    assert lines(worker, [CONNECTOR, *jars]) == [refusal]


@pytest.mark.parametrize(
    "jars",
    [
        [library("auth", "2.1", SDK), library("sts", "2.1", SDK)],
        [library("auth", "2.1", SDK), library("aws-java-sdk-s3", "1.1", "com.amazonaws")],
        [library("thing", "1", "org.a"), library("thing", "2", "org.b")],
        [
            jar("a.jar", ["a/A"], {**pom("org.slf4j", "slf4j-api", "1"), **pom("org.a", "a", "1")}),
            jar("b.jar", ["b/B"], {**pom("org.slf4j", "slf4j-api", "2"), **pom("org.b", "b", "1")}),
        ],
    ],
    ids=["one SDK", "both SDKs", "two groups", "two copies of what the worker has"],
)
def test_libraries_that_do_not_conflict(worker: Worker, jars: list[Jar]) -> None:
    assert lines(worker, [CONNECTOR, *jars]) == []


def test_one_library_in_two_jars_is_reported_and_not_refused(worker: Worker) -> None:
    jars = [jar(f"{name}.jar", ["org/a/A"], pom("org.a", "a", "1") | pom("org", name, "1")) for name in "xy"]
    assert repeated(jars) == {"org.a:a:1": ("x.jar", "y.jar")}
    assert lines(worker, [CONNECTOR, *jars]) == []


def test_copies_of_a_class_must_have_the_same_members(worker: Worker) -> None:
    assert lines(worker, [CONNECTOR, with_member("x.jar", "run"), with_member("y.jar", "walk")]) == [
        "y.jar: org.a.A: 1 class is also in x.jar, with other members, and Connect loads that copy, by file name:"
        f" org.a.A; {AGREE}"
    ]
    shaded = jar("y.jar", {"org/a/A": class_file("org/a/A", methods={("run", "()V"): PUBLIC}, classes=["b/B"])})
    assert lines(worker, [CONNECTOR, with_member("x.jar", "run"), shaded]) == []


@pytest.mark.parametrize(("java", "refused"), [(11, False), (17, False), (21, True)])
def test_classes_must_be_for_the_workers_java(worker: Worker, java: int, refused: bool) -> None:
    classes = {name: class_file(name, java=java) for name in ("b/B", "a/A")}
    expected = (
        "new.jar: a.A: must be for Java 17 or older, which Kafka Connect 3.7.x runs on, got Java 21 (2 classes are too"
        " new); use a release for Java 17"
    )
    assert lines(worker, [CONNECTOR, jar("new.jar", classes)]) == [expected] * refused


def test_missing_classes_are_one_line_for_each_jar(worker: Worker) -> None:
    needed = [f"{CONNECT}/New{number}" for number in range(100)]
    users = {f"a/User{number}": class_file(f"a/User{number}", classes=needed) for number in range(3)}
    one, other = jar("a.jar", users), jar("b.jar", {"b/User": class_file("b/User", classes=needed[:1])})
    after = "; use a release made for it, or a newer kafkaconnect_version"
    assert lines(worker, [CONNECTOR, one, other]) == [
        "a.jar: a.User0: needs what Kafka Connect 3.7.x does not have: org.apache.kafka.connect.New0,"
        f" org.apache.kafka.connect.New1, org.apache.kafka.connect.New10 and 97 more{after}",
        f"b.jar: b.User: needs what Kafka Connect 3.7.x does not have: org.apache.kafka.connect.New0{after}",
    ]
