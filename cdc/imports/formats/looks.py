"""Distinguishes Terraform's syntax from YAML and properties, without its parser."""

import re
from typing import Final

# The start of a block, or an attribute with a connector's configuration.
_HCL: Final = re.compile(
    r'^[ \t]*(?:resource|data|module|variable|locals|terraform|provider|output)\b[\w \t"-]*\{|'
    r"^[ \t]*connector_configuration[ \t]*=[ \t]*(?:\{|merge)",
    re.MULTILINE,
)


def hcl(text: str) -> bool:
    return _HCL.search(text) is not None
