"""Certificates of certificate authorities: read from PEM, written as a Java trust store."""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterator, Sequence
from typing import Final

MOST_BYTES: Final = 4 * 2**20
_BLOCK: Final = re.compile(rb"-----BEGIN (?P<kind>[A-Z0-9 ]+)-----(?P<body>[^-]*)-----END (?P=kind)-----")
_CERTIFICATE: Final = b"CERTIFICATE"
_SEQUENCE: Final = 0x30
# The format of JKS (sun.security.provider.JavaKeyStore): its number, its version, an entry that is a certificate.
_MAGIC: Final = 0xFEEDFEED
_VERSION: Final = 2
_TRUSTED: Final = 2
_SALT: Final = b"Mighty Aphrodite"


class BadBundleError(ValueError):
    """What a bundle of certificates must be, in words that follow its name."""


def certificates(pem: bytes) -> tuple[bytes, ...]:
    """The certificates of ``pem`` in DER, each once, in their order; raises BadBundleError.

    Text around them, as in Amazon's bundles, is passed over.
    """
    found = dict.fromkeys(_decoded(pem))
    if not found:
        raise BadBundleError("must have certificates in PEM, between BEGIN CERTIFICATE and END CERTIFICATE")
    return tuple(found)


def _decoded(pem: bytes) -> Iterator[bytes]:
    for number, block in enumerate(_BLOCK.finditer(pem), 1):
        if block["kind"].endswith(b"PRIVATE KEY"):
            raise BadBundleError("must have certificates only, and it has a private key")
        if block["kind"] != _CERTIFICATE:
            raise BadBundleError(f"must have certificates only, and it has a {block['kind'].decode().lower()}")
        try:
            der = base64.b64decode(b"".join(block["body"].split()), validate=True)
        except binascii.Error:
            raise BadBundleError(f"must have certificates in PEM, and number {number} is no Base64") from None
        if not _whole(der):
            raise BadBundleError(f"must have certificates, and number {number} is cut off, or is something else")
        yield der


def _whole(der: bytes) -> bool:
    """Whether it is one ASN.1 sequence, whose length is that of the bytes."""
    if len(der) < 2 or der[0] != _SEQUENCE:
        return False
    if der[1] < 0x80:
        return len(der) == 2 + der[1]
    size = der[1] & 0x7F
    return len(der) == 2 + size + int.from_bytes(der[2 : 2 + size])


def java_trust_store(certificates: Sequence[bytes]) -> bytes:
    """A trust store in the format JKS, without a password: the same bytes for the same certificates.

    Debezium and Connector/J open that format by default; one gives no password, the other an empty one.
    """
    entries = b"".join(_entry(der) for der in certificates)
    content = struct.pack(">III", _MAGIC, _VERSION, len(certificates)) + entries
    return content + hashlib.sha1(_SALT + content).digest()


def _entry(der: bytes) -> bytes:
    alias = hashlib.sha256(der).hexdigest().encode()
    created = 0
    kind = b"X.509"
    return (
        struct.pack(f">IH{len(alias)}sQ", _TRUSTED, len(alias), alias, created)
        + struct.pack(f">H{len(kind)}sI", len(kind), kind, len(der))
        + der
    )
