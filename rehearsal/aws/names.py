"""Names that AWS generates: ARNs, their UUIDs, versions of a record."""

import os
import secrets
import string
import uuid
from datetime import UTC, datetime
from typing import Final

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.utilities.utils import get_partition

_VERSION_ALPHABET: Final = string.ascii_uppercase + string.digits


def account() -> str:
    """The id of the embedded account; moto reads the same variable."""
    return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)


def arn(service: str, region: str, resource: str) -> str:
    return f"arn:{get_partition(region)}:{service}:{region}:{account()}:{resource}"


def region_of(arn_: str) -> str:
    return arn_.split(":")[3]


def uuid_suffix() -> str:
    """The last part of an MSK ARN, such as 5c4a8b2e-…-2."""
    return f"{uuid.uuid4()}-{secrets.randbelow(25) + 1}"


def record_version() -> str:
    """The currentVersion of a cluster or connector, such as K3AEGXETSR30VB."""
    return "K" + "".join(secrets.choice(_VERSION_ALPHABET) for _ in range(13))


def now() -> datetime:
    return datetime.now(UTC)
