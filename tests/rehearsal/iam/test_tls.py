"""A rehearsal's certificates: clients that trust its authority trust its brokers, under their names only."""

import ssl
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_pem_x509_certificate

from rehearsal.iam.tls import CertificateAuthority

DOMAIN = "orders-dev.ab12cd.c1.kafka.eu-west-1.amazonaws.com"


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority()


@pytest.fixture
def keystore(authority: CertificateAuthority, tmp_path: Path) -> Path:
    return authority.write_keystore(tmp_path / "broker.pem", f"*.{DOMAIN}", "localhost")


def connect(keystore: Path, name: str, trusted: Path) -> None:
    """A handshake without sockets; raises ssl.SSLError."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(keystore)
    client = ssl.create_default_context(cafile=str(trusted))
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # Python 3.13's default
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    while ends:
        for end in list(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            ends.remove(end)


@pytest.mark.parametrize("name", [f"b-1.{DOMAIN}", f"b-3.{DOMAIN}", "localhost"])
def test_a_broker_is_trusted_under_its_name(
    authority: CertificateAuthority, keystore: Path, tmp_path: Path, name: str
) -> None:
    connect(keystore, name, authority.write_certificate(tmp_path / "ca.pem"))


@pytest.mark.parametrize("name", [DOMAIN, f"a.b-1.{DOMAIN}", "b-1.another.c1.kafka.eu-west-1.amazonaws.com"])
def test_another_name_is_not_trusted(
    authority: CertificateAuthority, keystore: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        connect(keystore, name, authority.write_certificate(tmp_path / "ca.pem"))


def test_another_rehearsals_brokers_are_not_trusted(keystore: Path, tmp_path: Path) -> None:
    another = CertificateAuthority().write_certificate(tmp_path / "another.pem")
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        connect(keystore, f"b-1.{DOMAIN}", another)


def test_the_key_is_readable_by_this_user_only(authority: CertificateAuthority, keystore: Path) -> None:
    keystore.chmod(0o644)
    authority.write_keystore(keystore, DOMAIN)
    assert stat.S_IMODE(keystore.stat().st_mode) == 0o600


def test_the_trust_store_has_the_authority_only(authority: CertificateAuthority, tmp_path: Path) -> None:
    store = pkcs12.load_pkcs12(authority.write_trust_store(tmp_path / "trusted.p12").read_bytes(), None)
    pem = authority.write_certificate(tmp_path / "ca.pem").read_bytes()
    assert [entry.certificate for entry in store.additional_certs] == [load_pem_x509_certificate(pem)]
    assert store.key is None
