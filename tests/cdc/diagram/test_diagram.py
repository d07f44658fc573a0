"""``cdc diagram``: what the pictures show, that nothing covers anything, and that the README's is current."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdc.cli import app
from cdc.diagram import mermaid
from cdc.diagram.architecture import Architecture, Service
from cdc.diagram.blocks import Blocks
from cdc.diagram.picture import drawing
from cdc.diagram.reading import architecture
from tests.cdc.diagram.shapes import Picture, arrows, nodes
from tests.places import ROOT
from tests.synthesized import Stack, changed, synthesize
from tests.terraform.variants import EXISTING_KAFKA, PROD, VARIANTS, with_stock

IMAGE = "docs/images/prod.svg"
CONSUMERS = {
    "billing": PROD["consumers"]["billing"],
    "stock-keeper": {"topics": ["stock.stock.*"], "groups": ["keeper"]},
    "dwh": {"topics": ["orders.*", "stock.*"], "groups": ["dwh"]},
}
MANY = changed(with_stock(PROD), consumers=CONSUMERS, kafka__brokers=6)


def read(stacks: dict[str, Stack], name: str = "prod") -> Architecture:
    return architecture(Blocks({part: stack.json for part, stack in stacks.items()}), name)


@pytest.fixture(scope="module")
def shown(prod: dict[str, Stack]) -> Architecture:
    return read(prod)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Architecture:
    return read(synthesize(tmp_path_factory.mktemp("many"), MANY))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["diagram", *arguments])


def test_the_picture_of_the_readme_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = run("prod", "--to", IMAGE, "--check")
    assert done.exit_code == 0, done.output
    assert f"({IMAGE})" in (ROOT / "README.md").read_text()


def test_shows_what_the_stacks_have(shown: Architecture) -> None:
    words = Picture(drawing.svg(shown)).words()
    assert {
        "VPC 10.40.0.0/16, s3 endpoint", "internet gateway", "public us-east-1a", "private us-east-1c", "NAT gateway",
        "orders-prod", "Aurora MySQL", "orders", "2 MCU x 1 worker, Connect 3.7.x", "MSK cdc-prod",
        "Kafka 3.9.x, ZooKeeper", "3 x kafka.m7g.large, 100 GiB each", "1 broker", "orders.*", "schema-history.orders",
        "billing", "role billing-app", "cdc/orders", "acme-artifacts", "S3 acme-cdc-state", "lock: object in S3",
        "cdc-prod-orders-worker", "Kafka: read orders.orders.*", "Secrets Manager: get cdc/orders", "oncall",
    } <= words  # fmt: skip


def test_what_is_not_there_is_not_shown(tmp_path: Path) -> None:
    content = changed(PROD, network__nat="single", alarms=None, kafka=EXISTING_KAFKA, consumers={})
    words = Counter(text for _, _, text in Picture(drawing.svg(read(synthesize(tmp_path, content)))).texts)
    assert words["NAT gateway"] == 1
    assert {"SNS topic", "billing", "1 broker"}.isdisjoint(words)
    assert {"MSK events", "existing cluster"} <= {*words}


def test_the_key_is_of_what_there_is(shown: Architecture, tmp_path: Path) -> None:
    existing = read(synthesize(tmp_path, changed(PROD, kafka=EXISTING_KAFKA)))
    assert (shown.key.lines[-1], existing.key.lines[-1]) == ("volumes, logs", "logs")


@pytest.mark.parametrize("create", [True, False])
def test_the_schema_registry_is_shown(tmp_path: Path, *, create: bool) -> None:
    registry = {"kind": "glue", "name": "events", "create": create}
    found = read(synthesize(tmp_path, changed(PROD, schema_registry=registry, connectors__orders__format="avro")))
    picture = Picture(drawing.svg(found))
    assert {"Schema registry", "Glue events"} <= picture.words()
    assert ("existing" in found.registries[0].lines) is not create
    assert (picture.overlapping("card"), picture.outside()) == ([], [])
    assert "Glue events" in mermaid.text(found)


def test_ids_of_subnets_differ_where_they_are_cut(tmp_path: Path) -> None:
    ids = [f"subnet-0a11b22c33d44e55{number}" for number in "123"]
    network = {"kind": "existing", "vpc_id": "vpc-0123456789abcdef0", "private_subnet_ids": ids}
    words = Picture(drawing.svg(read(synthesize(tmp_path, changed(PROD, network=network))))).words()
    cut = {one for one in words if one.startswith("subnet-") or "…" in one}
    assert {one[-1] for one in cut if one.startswith("sub")} == {"1", "2", "3"}


def test_no_folder_is_created(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "nope" / "x.svg"
    done = run("prod", "--to", str(file))
    assert done.exit_code == 1
    assert done.stderr == f"--to: {file}: the folder {file.parent} does not exist\n"
    assert not file.parent.exists()


def test_an_arrow_for_each_way_of_the_data(many: Architecture) -> None:
    # Two connectors read and write; billing reads orders, the keeper stock, the warehouse both.
    assert len(Picture(drawing.svg(many)).flows) == 2 + 2 + 4
    readers = {one.key: [app.key for app in many.readers(one)] for one in many.connectors}
    assert readers == {"orders": ["billing", "dwh"], "stock": ["dwh", "stock-keeper"]}


def test_a_function_and_its_role_have_their_names(tmp_path: Path) -> None:
    consumers = {
        "receipts": {
            "kind": "lambda",
            "function": "arn:aws:lambda:us-east-1:123456789012:function:send-receipts",
            "topics": {"orders.orders.customers": "receipts"},
        }
    }
    found = read(synthesize(tmp_path, changed(PROD, consumers=consumers)))
    assert [(one.function, one.roles) for one in found.consumers] == [("send-receipts", ("cdc-prod-receipts-lambda",))]
    assert "Lambda send-receipts" in Picture(drawing.svg(found)).words()


def test_six_brokers_are_two_in_each_zone(many: Architecture) -> None:
    assert Counter(many.kafka.brokers) == {"us-east-1a": 2, "us-east-1b": 2, "us-east-1c": 2}


@pytest.mark.parametrize("name", ["many", *VARIANTS])
def test_nothing_covers_anything(name: str, tmp_path: Path) -> None:
    content = MANY if name == "many" else VARIANTS[name]
    found = read(synthesize(tmp_path, content))
    picture = Picture(drawing.svg(found))
    cards = [one for one in picture.rectangles if one.kind == "card"]
    assert len(cards) > 8
    for kind in ("card", "group", "public", "private"):
        assert picture.overlapping(kind) == []
    assert picture.outside() == []
    assert not [text for text in picture.words() if "${" in text]
    check_mermaid(mermaid.text(found))


def check_mermaid(text: str) -> None:
    known = nodes(text)
    assert Counter(known).most_common(1)[0][1] == 1
    assert {end for arrow in arrows(text) for end in arrow} <= {*known}
    assert not [line for line in text.splitlines() if "subgraph" in line and "<br/>" in line]
    assert len([*arrows(text)]) == text.count("-->") + text.count("-.->")


def test_a_card_over_another_is_noticed() -> None:
    cards = "".join(f'<rect class="card" x="{x}" width="100" height="10"/>' for x in (0, 99))
    assert len(Picture(f'<svg xmlns="http://www.w3.org/2000/svg">{cards}</svg>').overlapping("card")) == 1


def test_light_and_dark_have_every_colour(shown: Architecture) -> None:
    picture = Picture(drawing.svg(shown))
    assert picture.undefined_colours() == set()
    assert "@media(prefers-color-scheme:dark)" in picture.style
    picture.style += ".x{fill:var(--unknown)}"
    assert picture.undefined_colours() == {"unknown"}


@pytest.mark.parametrize("write", [drawing.svg, mermaid.text], ids=["svg", "mermaid"])
def test_text_of_an_environment_stays_text(shown: Architecture, write: Callable[[Architecture], str]) -> None:
    hostile = '"]<script>alert(1)</script>&amp;'
    text = write(replace(shown, secrets=Service("secret", "Secrets Manager", (hostile,))))
    assert "<script" not in text
    assert '"]<' not in text


def test_the_same_environment_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("a.svg", "b.svg"):
        assert run("prod", "--to", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_stale_or_missing_file_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "prod.svg"
    for _ in range(2):
        done = run("prod", "--to", str(file), "--check")
        assert done.exit_code == 1
        assert f"run: cdc diagram prod --to {file}" in done.output
        file.write_text("<svg/>")


def test_without_a_file_it_prints_mermaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run("prod").stdout.startswith("flowchart LR\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prod", "--to", "prod.png"], "--to: must end in .svg or .mmd, got prod.png"),
        (["prod", "--check"], "--check: needs --to FILE"),
        (["prdo"], "did you mean prod?"),
    ],
    ids=["suffix", "check", "name"],
)
def test_refuses(arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = run(*arguments)
    assert done.exit_code
    assert message in done.output
