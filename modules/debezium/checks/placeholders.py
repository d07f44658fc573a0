"""``${provider:path:key}``: Kafka Connect leaves one of a provider that no worker declares as it stands."""

import re
from collections.abc import Iterator
from typing import Final

from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.configuration import SECRET_PROVIDER

# Kafka's own (ConfigTransformer): provider, perhaps a path, key.
_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}")
_VARIABLE: Final = re.compile(r"\$\{[A-Za-z_][\w.\[\]]*\}")
_FORM: Final = f"${{{SECRET_PROVIDER}:NAME:KEY}}"
# Properties that give ${…} a meaning of their own.
_OWN: Final = re.compile(r".*(?:replacement|format|expression|condition|statement\S*|query|placeholder|pattern|regex)")


def check(subject: Subject) -> Iterator[Finding]:
    for key, value in subject.given.items():
        if wrong := next((message for found in _PLACEHOLDER.finditer(value) if (message := _refused(found))), None):
            yield error(key, wrong, subject.connector.properties[key])
        elif f"{SECRET_PROVIDER}:" in _PLACEHOLDER.sub("", value):
            yield error(key, f"must be {_FORM}, with the dollar sign and both braces", value)
        elif (variable := _VARIABLE.search(value)) and not _OWN.fullmatch(key):
            yield error(key, f"must not hold {variable[0]}: nothing replaces it; a secret is {_FORM}", value)


def _refused(found: re.Match[str]) -> str | None:
    provider, path, _ = found.groups()
    if provider != SECRET_PROVIDER:
        return f"must be {_FORM}: the worker declares no provider {provider or 'without a name'}, so it stays as it is"
    if not path:
        return f"must be {_FORM}: the secret's name and the key in it"
    if path.startswith("arn"):
        return f"must be {_FORM} with the secret's name, not its ARN, whose colons end the name"
    return None
