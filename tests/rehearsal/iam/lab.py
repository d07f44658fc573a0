"""One broker with the extension, and clients that sign in as in production."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from kafka.net.sasl.oauth import AbstractTokenProvider

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from modules.properties_file import as_lines
from rehearsal.aws.backends import ClusterSpec
from rehearsal.iam import client, extension
from rehearsal.iam.access import IamAccess
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.kafka.clusters import Clusters
from rehearsal.lab import Jars
from rehearsal.processes import compiler, pinned_files
from rehearsal.processes.addresses import Addresses
from rehearsal.processes.java import Jvm
from rehearsal.processes.programs import Program
from tests.needs import missing
from tests.rehearsal.iam.scripted_authorizer import ScriptedAuthorizer

SPEC = ClusterSpec(
    name="Orders-Dev",
    arn="arn:aws:kafka:eu-west-1:123456789012:cluster/Orders-Dev/6f1c2f4e-0000-4000-8000-000000000000-2",
    region="eu-west-1",
    kafka_version="3.9.x",
    brokers=1,
    server_properties={},
)
KRAFT = replace(SPEC, kafka_version="3.9.x.kraft")
CLIENT = Path(__file__).parent
# What an application sets in production.
PRODUCTION = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    "key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
    "value.serializer": "org.apache.kafka.common.serialization.StringSerializer",
}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"}


def jars() -> Jars:
    lock = load()
    try:
        files = pinned_files.files(lock, pinned_files.KAFKA, pinned_files.CONNECT, pinned_files.COMPILER)
        paths = fetch(files, sources=sources(os.environ.get("CDC_SOURCES", "").split()), cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    kafka, connect, ecj = (
        pinned_files.jars(lock, name, paths)
        for name in (pinned_files.KAFKA, pinned_files.CONNECT, pinned_files.COMPILER)
    )
    return Jars(kafka, connect, ecj[0])


class FixedToken(AbstractTokenProvider):  # type: ignore[misc]
    def token(self) -> str:
        return "a-token"


@dataclass
class JavaClient:
    """Kafka's Java clients in a JVM: see Client.java."""

    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    def __call__(self, *words: str) -> str:
        """``done``, or the error."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("answer: "):
                return line.removeprefix("answer: ").strip()
            self.log.append(line)
        raise AssertionError("".join(self.log))


@dataclass
class Lab:
    """``java`` and ``python`` are clients of the IAM listener ``bootstrap``, which is at ``address``.

    ``inspection`` is the listener without IAM.
    """

    authorizer: ScriptedAuthorizer
    broker: Program
    bootstrap: str
    address: str
    inspection: str
    java: JavaClient
    python: dict[str, object]

    @property
    def log(self) -> str:
        """The broker's log."""
        return self.broker.log.read_text()


@contextmanager
def running(folder: Path, found: Jars, *, kraft: bool) -> Iterator[Lab]:
    with ExitStack() as ending:
        addresses = Addresses()
        ending.callback(addresses.listener.close)
        authorizer = ScriptedAuthorizer(addresses.allocate(8080), folder / "generation")
        authorizer.start()
        ending.callback(authorizer.stop)
        tls = CertificateAuthority()
        jar = extension.jar(compiler=found.compiler, libraries=found.kafka)
        access = IamAccess(authorizer.url, authorizer.token, folder / "generation", jar, tls)
        clusters = Clusters(addresses=addresses, folder=folder, jars=found.kafka, access=access)
        ending.callback(clusters.stop)
        cluster = clusters(KRAFT if kraft else SPEC)
        host, _, port = cluster.bootstrap.partition(":")
        hosts, trusted = folder / "hosts", tls.write_trust_store(folder / "trusted.p12")
        java = ending.enter_context(java_client(folder, found, cluster.bootstrap, hosts, trusted))
        python = client.consumer_settings(FixedToken(), hosts=hosts, authority=tls.write_certificate(folder / "ca.pem"))
        python["bootstrap_servers"] = cluster.bootstrap
        address = f"{addresses.names[host]}:{port}"
        broker = cluster.programs["b-1"]
        yield Lab(authorizer, broker, cluster.bootstrap, address, cluster.plain_bootstrap, java, python)


@contextmanager
def java_client(
    folder: Path,
    found: Jars,
    bootstrap: str,
    hosts: Path,
    trusted: Path,
    credentials: Mapping[str, str] = MappingProxyType(CREDENTIALS),
) -> Iterator[JavaClient]:
    file = folder / "client.properties"
    file.write_text(as_lines(PRODUCTION | {"bootstrap.servers": bootstrap}))
    options = [f"-Djavax.net.ssl.trustStore={trusted}"]
    with java_client_of(file, folder, found, hosts=hosts, credentials=credentials, options=options) as java:
        yield java


@contextmanager
def java_client_of(
    file: Path,
    folder: Path,
    found: Jars,
    *,
    hosts: Path,
    credentials: Mapping[str, str],
    options: Sequence[str] = (),
) -> Iterator[JavaClient]:
    """Kafka's Java clients with the properties in ``file``; ``folder`` is for their own files."""
    jar = compiler.jar("client", CLIENT, compiler=found.compiler, libraries=found.connect)
    jvm = Jvm("Client", [*found.connect, jar], heap=128, hosts=hosts, options=options)
    command = jvm.command(str(file), folder=folder)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=dict(credentials),
    )
    with process:
        try:
            yield JavaClient(process)
        finally:
            process.kill()
