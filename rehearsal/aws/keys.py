"""The keys that may sign requests to a rehearsal's AWS: its own, and those of roles that were assumed in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from moto.core.utils import utcnow
from moto.sts.models import AssumedRole, sts_backends

from rehearsal.aws.access import AwsAccess


@dataclass(frozen=True)
class Key:
    """Credentials from IAM; ``token`` and ``expires`` (timezone-aware) of temporary ones."""

    access_key: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    expires: datetime | None


Keys = Callable[[str], Key | None]


def accepted(access: AwsAccess) -> Keys:
    """The key of an access key id, None for an unknown one."""

    def find(access_key: str) -> Key | None:
        if access_key == access.access_key:
            return Key(access.access_key, access.secret, None, None)
        session = assumed_role(access_key)
        return session_key(session) if session else None

    return find


def assumed_role(access_key: str) -> AssumedRole | None:
    """The session of an access key from STS, None for any other key."""
    for account in sts_backends.values():
        for backend in account.values():
            if found := backend.get_assumed_role_from_access_key(access_key):
                return found
    return None


def session_key(found: AssumedRole) -> Key:
    """The temporary credentials of a session."""
    expires = found.expiration.replace(tzinfo=UTC) if found.expiration.tzinfo is None else found.expiration
    return Key(found.access_key_id, found.secret_access_key, found.session_token, expires)


def shorten(found: AssumedRole, lifetime: timedelta) -> None:
    """The session ends after ``lifetime``, which may be shorter than STS's shortest."""
    found.expiration = utcnow() + lifetime
