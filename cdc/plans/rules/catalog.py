"""All rules, in the order in which docs/plans.md lists them."""

from collections.abc import Mapping
from typing import Final

from cdc.plans.rules import brokers, connectors, events, general, network, stored_data
from cdc.plans.rules.rule import Rule, listed

_FILES: Final = (stored_data, brokers, connectors, events, network, general)

RULES: Final[Mapping[str, Rule]] = {rule.name: rule for file in _FILES for rule in listed(vars(file).values())}
