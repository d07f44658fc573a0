"""moto's resources belong to the process: a test that wants an empty account empties it."""

from typing import Any, Final

SERVICES: Final = ("cloudwatch", "glue", "iam", "kms", "logs", "s3", "secretsmanager")


def empty() -> None:
    """Deletes all resources of these services, whichever test of this process made them."""
    from moto.backends import get_backend  # loads much of moto

    for service in SERVICES:
        accounts: Any = get_backend(service)
        for regions in list(accounts.values()):
            for backend in list(regions.values()):
                backend.reset()
