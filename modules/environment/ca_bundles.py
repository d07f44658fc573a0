"""Checks of the certificates that an environment names."""

from collections.abc import Iterator
from pathlib import Path

from modules.certificates import MOST_BYTES, BadBundleError, certificates
from modules.environment.environment import Environment
from modules.messages.problems import Problem
from modules.user_files.reading import read, reason


def problems(environment: Environment) -> tuple[Problem, ...]:
    """Those of bundles that cannot be read, or have no certificates."""
    return tuple(_problems(environment))


def read_certificates(bundle: str) -> tuple[bytes, ...]:
    """The certificates in DER of a file; raises OSError and BadBundleError."""
    return certificates(read(Path(bundle), most=MOST_BYTES))


def _problems(environment: Environment) -> Iterator[Problem]:
    for key, connector in environment.connectors.items():
        tls = connector.source.tls
        if tls and tls.ca_bundle:
            at = ("connectors", key, "source", "tls", "ca_bundle")
            try:
                read_certificates(tls.ca_bundle)
            except OSError as error:
                yield Problem(at, f"cannot be read ({reason(error)})", tls.ca_bundle)
            except BadBundleError as error:
                yield Problem(at, str(error), tls.ca_bundle)
