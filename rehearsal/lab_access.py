"""Files with which clients reach a kept rehearsal: logins, client properties and environment variables."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from modules.debezium.configuration import IAM_CLIENT
from modules.properties_file import as_lines
from rehearsal.aws.access import AwsAccess, write_private
from rehearsal.aws.client import client
from rehearsal.database.mysql import AdminAccess
from rehearsal.deploy.terraform import Terraform
from rehearsal.processes.runs import Run

_USER: Final = "lab"
_ROLE: Final = "rehearsal-lab"
_SECONDS: Final = 12 * 3600  # the longest session of a role
# Everything on the brokers, and what readers and writers of schemas do. The embedded AWS checks no other service.
_POLICY: Final = {"Effect": "Allow", "Action": ["kafka-cluster:*", "glue:*"], "Resource": "*"}
_ANYONE: Final = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
# What Terraform and AWS's command line read; the rest of a user's environment is the user's own.
_VARIABLES: Final = ("AWS_", "TF_")


def write(
    run: Run, *, aws: AwsAccess, region: str, endpoints: Mapping[str, Any], stacks: Sequence[Terraform]
) -> dict[str, Any]:
    """Writes the files, readable by this user only, into the rehearsal's folder; returns their paths by part.

    ``stacks`` are in the order in which they are deployed.
    """
    folder = run.folder / "clients"
    folder.mkdir(exist_ok=True)
    return {
        "mysql": {name: str(_mysql(folder, name, at)) for name, at in endpoints["mysql"].items()},
        **(_kafka(folder, aws, region, endpoints) if endpoints["brokers"] else {}),
        "terraform": str(_terraform(folder, stacks[0])),
        "stacks": [str(stack.folder) for stack in stacks],
    }


def _mysql(folder: Path, name: str, at: Mapping[str, str]) -> Path:
    """An option file of MySQL's clients, with a user that may do everything; its password stays as it is."""
    file = folder / f"mysql-{name}.cnf"
    if file.is_file():
        return file
    password = secrets.token_urlsafe()
    with AdminAccess(Path(at["socket"])).connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s REQUIRE SSL", (_USER, password))
        cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (_USER, password))
        cursor.execute("GRANT ALL ON *.* TO %s@'%%' WITH GRANT OPTION", (_USER,))
    host, _, port = at["address"].rpartition(":")
    lines = {"host": host, "port": port, "user": _USER, "password": password, "ssl-mode": "REQUIRED"}
    return write_private(file, "[client]\n" + "".join(f"{key}={value}\n" for key, value in lines.items()))


def _kafka(folder: Path, aws: AwsAccess, region: str, endpoints: Mapping[str, Any]) -> dict[str, str]:
    """Properties of clients that sign in with IAM, the credentials for them, and properties of the plain listener."""
    signed = {
        "bootstrap.servers": ",".join(endpoints["iam"].values()),
        **IAM_CLIENT,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": endpoints["certificate"],
    }
    plain = {"bootstrap.servers": ",".join(endpoints["brokers"].values()), "security.protocol": "PLAINTEXT"}
    key = _role_session(aws, region)
    variables = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_SESSION_TOKEN": key["SessionToken"],
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": aws.url,
        "CDC_BROKER_HOSTS": endpoints["hosts"],
        "CDC_BROKER_CA": endpoints["certificate"],
        "KAFKA_OPTS": f"-Djdk.net.hosts.file={endpoints['hosts']}",
    }
    return {
        "client": str(write_private(folder / "client.properties", as_lines(signed))),
        "role": str(write_private(folder / "client.env", _exports(variables))),
        "plain": str(write_private(folder / "plain.properties", as_lines(plain))),
    }


def _role_session(aws: AwsAccess, region: str) -> Mapping[str, str]:
    """A session of a role that may do everything on the brokers and in Glue's schema registry."""
    iam = client(aws, "iam", region)
    try:
        role = iam.get_role(RoleName=_ROLE)["Role"]
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=_document(_ANYONE))["Role"]
    iam.put_role_policy(RoleName=_ROLE, PolicyName="all", PolicyDocument=_document(_POLICY))
    sts = client(aws, "sts", region)
    found: Mapping[str, str] = sts.assume_role(RoleArn=role["Arn"], RoleSessionName=_USER, DurationSeconds=_SECONDS)[
        "Credentials"
    ]
    return found


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _terraform(folder: Path, terraform: Terraform) -> Path:
    variables = {name: value for name, value in terraform.env.items() if name.startswith(_VARIABLES)}
    return write_private(folder / "terraform.env", _exports(variables))


def _exports(variables: Mapping[str, str]) -> str:
    return "".join(f"export {name}='{value}'\n" for name, value in variables.items())
