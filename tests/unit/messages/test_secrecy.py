"""Secrets in an environment file are refused and never printed."""

from pathlib import Path

import pytest
import yaml

from modules.environment.loading import load
from modules.messages import secrecy
from tests.unit.environment.environment_files import PROD, PROPERTY, SECRET, errors_of, write

LOGIN = f'org.x.LoginModule required username="a" password="{SECRET}";'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PROPERTY, f"database.ssl.keystore.password: {SECRET}"),
        (PROPERTY, f"database.password: {SECRET}"),
        (PROPERTY, f"database.password: [{SECRET}]"),
        (PROPERTY, f"database.ssl.mode: 'password={SECRET}'"),
        (PROPERTY, f"aws.secret.access.key: {SECRET}"),
        (PROPERTY, f"x.api-key: {SECRET}"),
        (PROPERTY, f"basic.auth.user.info: me:{SECRET}"),
        (PROPERTY, f"x.sasl.jaas.config: '{LOGIN}'"),
        (PROPERTY, f"x.url: https://me:{SECRET}@example.com/x"),
        (PROPERTY, f"x: '-----BEGIN RSA PRIVATE KEY----- {SECRET}'"),
        (PROPERTY, f"x: {SECRET}.atlasv1.{SECRET}"),
        (PROPERTY, f"transforms.mask.password: {SECRET}"),
        (PROPERTY, f"column.mask.hash.v2.SHA-256.with.salt.{SECRET}: [a]"),
        ("{owner: data-platform}", f"{{owner: data-platform, token: {SECRET}}}"),
        (PROPERTY, f"x: jdbc:mysql://db/x?user=a&pwd={SECRET}"),
        (PROPERTY, f"database.initial.statements: ALTER USER a IDENTIFIED BY '{SECRET}'"),
        ("{owner: data-platform}", f"{{owner: 'Bearer {SECRET}-a1b2c3'}}"),
        ("{prefix: orders, partitions: 6}", f"{{prefix: orders, password:{SECRET}}}"),
        ("{prefix: orders, partitions: 6}", f"{{prefix: 'password: {SECRET}'}}"),
        ("volume_gib: 100", f"server_properties: {{ssl.key.password: {SECRET}}}"),
        ("secret: cdc/orders", f"secret: cdc/orders {SECRET}!"),
        ("server_id: 5401", f"password: {SECRET}"),
        ("alarms:", f"secrets: [{SECRET}]\nalarms:"),
    ],
)
def test_a_secret_is_refused_and_never_printed(old: str, new: str, tmp_path: Path) -> None:
    error = errors_of(write(tmp_path, PROD.replace(old, new, 1)))
    assert SECRET not in str(error)
    assert SECRET not in repr([(problem.message, problem.value) for problem in error.problems])


@pytest.mark.parametrize("text", ["# AKIAIOSFODNN7EXAMPLE", "# password: hunter2", "# jdbc:mysql://h/x?pwd=hunter2"])
@pytest.mark.parametrize("place", ["\nregion:", "\nconnectors:"])
def test_a_secret_in_a_comment_is_refused(place: str, text: str, tmp_path: Path) -> None:
    start, old, end = PROD.partition(place)
    error = errors_of(write(tmp_path, f"{start}\n{text}{old}{end}"))
    (problem,) = error.problems
    assert problem.line == start.count("\n") + 2
    assert "a comment must not hold a" in problem.message
    assert not [secret for secret in ("AKIAIOSFODNN7EXAMPLE", SECRET) if secret in str(error)]


@pytest.mark.parametrize(
    "text", ["# the password is in Secrets Manager", "# secret: cdc/orders", "#password=${secretsmanager:a:b}"]
)
def test_comments_may_speak_of_secrets(text: str, tmp_path: Path) -> None:
    load(write(tmp_path, f"{text}\n{PROD}"))


@pytest.mark.parametrize("place", ["acme-cdc-locks", "cdc/orders", "string", "data-platform", "owner", "billing-*"])
def test_an_aws_key_is_refused_anywhere(place: str, tmp_path: Path) -> None:
    """Even as a name, which it could be."""
    error = errors_of(write(tmp_path, PROD.replace(place, "AKIAIOSFODNN7EXAMPLE", 1)))
    assert "must not hold an AWS access key" in str(error)
    assert "AKIAIOSFODNN7EXAMPLE" not in str(error)


@pytest.mark.parametrize(
    "property_",
    [
        'database.ssl.keystore.password: "${secretsmanager:cdc/orders:keystore}"',
        "column.mask.hash.v2.SHA-256.with.salt.s4lt: orders.customers.password",
        "x.api.secret: arn:aws:secretsmanager:us-east-1:123456789012:secret:cdc/orders-AbCdEf",
        "column.exclude.list: orders.customers.password,orders.customers.api_key",
        "column.mask.with.12.chars: orders.customers.token",
        "snapshot.select.statement.overrides.orders.tokens: SELECT * FROM tokens",
        "transforms.tokenize.type: com.acme.Tokenize",
        "transforms.tokenize.words: 5",
        "topic.creation.tokens.partitions: 3",
        "x.sasl.oauthbearer.token.endpoint.url: https://example.com/token",
        "basic.auth.credentials.source: USER_INFO",
        "password.encoder.iterations: 4096",
        "token.enabled: true",
        "message.key.columns: orders.tokens:id;orders.secrets:id",
        """x.jaas: 'org.x.LoginModule required password="${secretsmanager:cdc/orders:jaas}";'""",
    ],
)
def test_what_only_refers_to_secrets_is_none(property_: str) -> None:
    """Whether the connector has such a property is for other checks."""
    assert list(secrecy.found({"properties": yaml.safe_load(property_)})) == []
