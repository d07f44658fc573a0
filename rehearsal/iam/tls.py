"""TLS for one rehearsal: a temporary certificate authority, and the certificates that it signs."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS: Final = 7
_ALIAS: Final = b"rehearsal"


class CertificateAuthority:
    """Its key is in memory only; certificates are valid for a week."""

    def __init__(self) -> None:
        self._key = generate_private_key(SECP256R1())
        self._name = _named("Rehearsal CA")
        builder = _builder(self._key.public_key(), self._name, self._name)
        self._certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, SHA256())
        )

    @property
    def der(self) -> bytes:
        """Its certificate."""
        return self._certificate.public_bytes(Encoding.DER)

    def write_certificate(self, path: Path) -> Path:
        """Writes PEM, for clients in Python and librdkafka."""
        path.write_bytes(self._pem)
        return path

    def write_trust_store(self, path: Path) -> Path:
        """Writes PKCS #12 without a password, for JVMs: ``-Djavax.net.ssl.trustStore`` is the only property needed.

        It has this authority only: a rehearsal's JVMs connect to this machine only.
        """
        trusted = pkcs12.PKCS12Certificate(self._certificate, _ALIAS)
        path.write_bytes(pkcs12.serialize_java_truststore([trusted], NoEncryption()))
        return path

    def write_keystore(self, path: Path, *names: str) -> Path:
        """Writes PEM, readable by this user only: a new key, and its certificate for the servers' ``names``.

        ``*.example.com`` covers every name one level below; an IPv4 address is a name too.
        """
        key = generate_private_key(SECP256R1())
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        certificate = self._server(key.public_key(), names).public_bytes(Encoding.PEM)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as content:
            content.write(secret + certificate + self._pem)
        return path

    @property
    def _pem(self) -> bytes:
        return self._certificate.public_bytes(Encoding.PEM)

    def _server(self, key: EllipticCurvePublicKey, names: tuple[str, ...]) -> x509.Certificate:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            _builder(key, _named("Rehearsal server"), self._name)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(map(_general_name, names)), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self._key, SHA256())
        )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(IPv4Address(name))
    except AddressValueError:
        return x509.DNSName(name)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(key: EllipticCurvePublicKey, subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
