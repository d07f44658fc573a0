"""The address of a rehearsal's AWS, the keys that it accepts, and the token of its control pages."""

import json
import os
import secrets
import string
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

TOKEN_HEADER: Final = "X-Rehearsal-Token"
_ALPHABET: Final = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class AwsAccess:
    """What a process needs to call the embedded AWS at ``url``; every rehearsal has other secrets.

    ``access_key`` and ``secret`` sign requests to AWS; ``token`` opens the control pages.
    """

    url: str
    access_key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def create(cls, url: str) -> Self:
        """New random keys and a new token."""
        access_key = "AKIA" + "".join(secrets.choice(_ALPHABET) for _ in range(16))
        return cls(url, access_key, secrets.token_urlsafe(30), secrets.token_urlsafe(32))

    @classmethod
    def read(cls, path: Path) -> Self:
        """What ``write`` wrote; raises OSError, ValueError."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        """Writes a file that only this user can read, atomically."""
        write_private(path, json.dumps(asdict(self)))

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with which AWS's SDKs, the AWS CLI and Terraform call this AWS."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        }

    def write_variables(self, path: Path, *, region: str) -> Path:
        """Writes ``variables`` for a shell, as ``write``: ``. FILE`` sets them."""
        variables = {**self.variables, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}  # SDKs read one or the other
        return write_private(path, "".join(f"export {name}={value}\n" for name, value in variables.items()))

    @property
    def page_headers(self) -> dict[str, str]:
        """The headers that a request to a control page needs."""
        return {TOKEN_HEADER: self.token}


def write_private(path: Path, text: str) -> Path:
    """Writes a file that only this user can read, atomically."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as content:
        content.write(text)
    return new.replace(path)
