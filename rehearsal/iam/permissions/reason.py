"""The reason for a permission.

"Seen" means: in runs without that permission, on brokers that enforce IAM (Kafka 3.9.1, Connect 3.7.2, Debezium 3.6.1).
"""

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["connector", "consumer"]

SEEN: Final = "seen"
PROTOCOL: Final = "Kafka documentation, Authorization: protocol operations and resources"


@dataclass(frozen=True)
class Reason:
    """The reason for one action in the statement ``sid``; ``unseen`` says why it is there if no rehearsal uses it."""

    role: Role
    sid: str
    action: str
    needed_for: str
    without: str
    source: str
    unseen: str = ""
