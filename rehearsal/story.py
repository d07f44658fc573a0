"""The story of one rehearsal, step by step."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modules.config import Environment
from rehearsal import runs
from rehearsal.engine import Engine, Order
from rehearsal.errors import RehearsalError
from rehearsal.stacks import CONNECT, PLATFORM, STATE, Stacks
from rehearsal.steps import Background, Step, Steps, Teller
from rehearsal.terraform import Progress, Terraform
