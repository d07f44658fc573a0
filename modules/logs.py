"""CloudWatch log groups."""

from modules.storage.encryption import Key
from modules.synthesis.sdk import CloudwatchLogGroup, Construct


def log_group(scope: Construct, *, name: str, retention_days: int, key: Key) -> CloudwatchLogGroup:
    """The log group ``log-group`` of ``scope``, encrypted with ``key``."""
    return CloudwatchLogGroup(scope, "log-group", name=name, retention_in_days=retention_days, kms_key_id=key.arn)
