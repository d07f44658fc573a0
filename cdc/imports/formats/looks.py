"""What tells Terraform's syntax from YAML and properties, without its parser."""

import re
from typing import Final

# A block's head, or an attribute that holds a connector's configuration.
_HCL: Final = re.compile(
    r'^[ \t]*(?:resource|data|module|variable|locals|terraform|provider|output)\b[\w \t"-]*\{|'
    r"^[ \t]*connector_configuration[ \t]*=[ \t]*(?:\{|merge)",
    re.MULTILINE,
)


def hcl(text: str) -> bool:
    return _HCL.search(text) is not None
