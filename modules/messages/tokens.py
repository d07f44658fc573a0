"""The shapes of secrets in any text: tokens of known services, private keys, passwords in URLs and assignments.

Entropy alone never makes a secret of a text: ARNs, digests and ids of AWS have as much of it as a token.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

HIDDEN: Final = "(hidden)"

# What stands in a secret's place: placeholders, references, masks, and words that name the kind of a value.
_INSTEAD: Final = re.compile(
    r"(?:\$?\$\{[^}]*\})+|\{\{.*|<[^>]*>|[(\[](?:hidden|sensitive|known|redacted|masked|secret|null|none|empty)\b.*"
    r"|\*+|\.\.\.|…|x{3,}|\$[A-Z][A-Z0-9_]*|%\(?\w*\)?s|arn:aws[\w-]*:\S*"
    r"|(?:[a-z]+[-_. ]?)?(?:password|passwd|pwd|passphrase|secret|token|text|string|value|key)"
    r"|yes|no|true|false|null|none|nothing|required|optional|missing|sensitive|unset|empty|redacted|masked|hidden",
    re.IGNORECASE,
)
_LONG_ENOUGH: Final = 12
_AWS_SECRET_BITS: Final = 4.25  # a character: random base64 of 40 has 4.5 to 5.1, words and paths have less


def _is_value(text: str) -> bool:
    return not _INSTEAD.fullmatch(text)


def _is_token(text: str) -> bool:
    """Long, of letters and digits, and no path."""
    mixed = re.search(r"[A-Za-z]", text) and re.search(r"[0-9]", text)
    return len(text) >= _LONG_ENOUGH and bool(mixed) and not text.startswith(("/", "./", "~")) and _is_value(text)


def _is_random(text: str) -> bool:
    if not all(re.search(kind, text) for kind in ("[A-Z]", "[a-z]", "[0-9]")):
        return False
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares) >= _AWS_SECRET_BITS


def _has_capitals(text: str) -> bool:
    return bool(re.search("[A-Z]", text) and re.search("[0-9/+]", text))


def _any(_: str) -> bool:
    return True


@dataclass(frozen=True)
class _Shape:
    """The one group of ``pattern`` is the secret; it is searched only in text that holds one of ``hints``."""

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    plausible: Callable[[str], bool]

    def find(self, text: str, lower: str) -> Iterator[tuple[int, int]]:
        if not self.hints or any(hint in lower for hint in self.hints):
            yield from (match.span(1) for match in self.pattern.finditer(text) if self.plausible(match[1]))


def _shape(
    kind: str, hints: str, pattern: str, plausible: Callable[[str], bool] = _any, *, exact: bool = True
) -> _Shape:
    return _Shape(kind, tuple(hints.split()), re.compile(pattern, 0 if exact else re.IGNORECASE | re.M), plausible)


_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_KEY: Final = r"(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
_BREAK: Final = r"(?:\\[nr]|\s)"
_ALONE: Final = r"(?<![A-Za-z0-9])"

_KEYS: Final = (
    _shape("a private key", "private", rf"(-----BEGIN {_KEY}(?:(?!-----)[^\"])*?-----END {_KEY})"),
    _shape("a private key", "private", rf"(-----BEGIN {_KEY}(?:[A-Za-z0-9+/=]|{_BREAK})*)"),
    _shape("a private key", "private", rf"(?<![A-Za-z0-9+/=])((?:[A-Za-z0-9+/=]{{8,}}{_BREAK}+)+-----END {_KEY})"),
    _shape("a private key", "age-secret", r"(AGE-SECRET-KEY-1[0-9A-Z]{20,})"),
)
_SERVICES: Final = (
    _shape(
        "an AWS access key", "akia asia abia acca", r"(?<![A-Z0-9])((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?![A-Z0-9])"
    ),
    _shape("an AWS secret access key", "", r"(?<![\w/+.-])([A-Za-z0-9/+]{40})(?![\w/+=-]|\.\w)", _is_random),
    _shape(
        "an AWS secret access key",
        "secret aws credential",
        r"(?:secret|aws|credential)[^\n]{0,40}?[\s\"'=:,]([A-Za-z0-9/+]{40})(?![\w/+=-])",
        _has_capitals,
        exact=False,
    ),
    _shape("a JSON web token", "eyj", rf"{_ALONE}(eyJ[\w-]{{10,}}\.[\w-]{{4,}}(?:\.[\w-]*){{1,3}})"),
    _shape("a GitHub token", "gh github_pat_", rf"{_ALONE}(gh[pousr]_\w{{20,}}|github_pat_\w{{20,}})"),
    _shape(
        "a GitLab token",
        "gl gr1348941",
        rf"{_ALONE}((?:glpat|glptt|gldt|glrt|glrtr|glsoat|glcbt|glagent|glft|glimt|glffct|gloas|glwt)-[\w.-]{{18,}}"
        r"|GR1348941[\w-]{20,})",
    ),
    _shape("a Slack token", "xox xapp-", rf"{_ALONE}(xox[a-z](?:\.xox[a-z])?-[\w-]{{10,}}|xapp-[0-9]-[\w-]{{10,}})"),
    _shape("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/]{20,})"),
    _shape("a Google key", "aiza gocspx- ya29.", rf"{_ALONE}(AIza[\w-]{{35}}|GOCSPX-[\w-]{{20,}}|ya29\.[\w-]{{20,}})"),
    _shape("an HCP Terraform token", ".atlasv1.", rf"{_ALONE}([A-Za-z0-9]{{1,64}}\.atlasv1\.[\w-]+)"),
    _shape("a Vault token", "hvs. hvb. hvr.", rf"{_ALONE}(hv[sbr]\.[\w-]{{20,}})"),
    _shape("a Stripe key", "k_live_ k_test_", rf"{_ALONE}([sr]k_(?:live|test)_\w{{10,}})"),
    _shape("an API key", "sk-", r"(?<![\w-])(sk-[\w-]{32,})", _is_token),
    _shape("a registry's token", "npm_ pypi- dckr_pat_", rf"{_ALONE}((?:npm_|pypi-|dckr_pat_)[\w-]{{20,}})", _is_token),
    _shape("a SendGrid key", "sg.", rf"{_ALONE}(SG\.[\w-]{{16,}}\.[\w-]{{16,}})"),
)
_NAMED: Final = r"pass(?:word|wd|phrase)|(?!(?-i:PWD)=/)pwd"
_TOKENS: Final = (
    r"(?:(?:client|app|api|shared|consumer|webhook|oauth)[._-]?(?:secret|token)|(?:auth|access|session|refresh|bearer"
    r"|security|private|id)[._-]?token|(?:api|access|account|shared|private|signing|encryption|secret)[._-]?(?:access"
    r"[._-]?)?key)"
)
_QUOTED: Final = r"(?:\\?[\"'])?[ \t]*(?:=>|:=|[=:])[ \t]*"
_HINTS: Final = "pass pwd"
_KEY_HINTS: Final = "secret token key"


def _assigned(kind: str, hints: str, name: str, plausible: Callable[[str], bool]) -> Iterator[_Shape]:
    """Of ``name = value`` and ``name: value`` in properties, YAML, JSON, JSON in JSON, URLs and connection strings."""
    for value in (
        rf"{_QUOTED}\\\"((?:[^\"\\\n]|\\[^\"])+)\\\"",
        rf"{_QUOTED}\"((?:[^\"\\\n]|\\.)+)\"",
        rf"{_QUOTED}'((?:[^'\n]|'')+)'",
        r"[ \t]*:?=(?!>)[ \t]*(?![\"'\\])([^\s\"'`&;]+)",
        # Without quotes a value ends the line: after a name and a colon, sentences stand.
        r"[\"']?[ \t]*:[ \t]+(?![\"'\\])([^\s\"'`{}\[\],]+)(?=[ \t]*(?:$|[,;|})\]#]))",
    ):
        yield _shape(kind, hints, f"(?:{name}){value}", plausible, exact=False)


_CONTEXTS: Final = (
    _shape("a URL with a password", ":/", r":/{1,3}[^/\s:@\"'<>]*:([^\s/\"'<>]+)@", _is_value),
    _shape(
        "a URL with a password",
        "://",
        r"://[^/\s:@\"'<>]*:(?![0-9]{1,5}/)([^\s@\"'<>/]{1,99}/[^\s@\"'<>]{0,99})@",
        _is_value,
    ),
    _shape("a URL with a password", "jdbc:oracle", r"jdbc:oracle:\w+:[^/\s\"']+/([^@\s\"']+)@", _is_value, exact=False),
    _shape("a signed URL", "sig", r"[?&](?:X-Amz-Signature|sig)=([\w%+/=-]{20,})", exact=False),
    _shape("a signed URL", "x-amz-security", r"[?&]X-Amz-Security-Token=([\w%+/=-]{20,})", exact=False),
    _shape("a bearer token", "bearer", r"\bbearer[\s:=\"']+([A-Za-z0-9._~+/-]{12,}=*)", _is_token, exact=False),
    _shape("a password", "basic", r"\bauthorization\W{1,6}basic\s+([A-Za-z0-9+/]{6,}=*)", exact=False),
    _shape(
        "a password",
        "identified",
        r"\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+[\"']([^\"'\n]+)[\"']",
        _is_value,
        exact=False,
    ),
    _shape("a password", "--", rf"--[\w-]*(?:{_NAMED})[ \t]+([^\s\"'-]\S*)", _is_value, exact=False),
    *_assigned("a password", _HINTS, _NAMED, _is_value),
    *_assigned("a token", _KEY_HINTS, _TOKENS, _is_token),
    _shape("a token", "token= secret=", r"\b(?:token|secret)=([^\s\"'`&;/]{16,})", _is_token, exact=False),
)
_SHAPES: Final = (*_KEYS, *_SERVICES, *_CONTEXTS)


def kind(text: str) -> str | None:
    """What the first secret in ``text`` is, like ``a GitHub token``; None where nothing has a secret's shape."""
    plain, lower = _searched(text)
    return next((shape.kind for shape in _SHAPES for _ in shape.find(plain, lower)), None)


def hidden(text: str) -> str:
    """``text`` with (hidden) in the place of each secret."""
    plain, lower = _searched(text)
    spans = sorted(span for shape in _SHAPES for span in shape.find(plain, lower))
    parts: list[str] = []
    end = 0
    for start, stop in spans:
        if start >= end:
            parts += [text[end:start], HIDDEN]
        end = max(end, stop)
    return "".join([*parts, text[end:]])


def _searched(text: str) -> tuple[str, str]:
    """``text`` with blanks for a terminal's escape sequences, which end with a letter; and in lower case."""
    plain = _ESCAPES.sub(lambda match: " " * len(match[0]), text) if "\x1b" in text else text
    return plain, plain.lower()
