"""Types for identifiers and small values of AWS, Kafka and MSK Connect.

Each type describes its values in words: an error shows this text, never the pattern. Patterns have the syntax of
Rust (pydantic's engine), where ``$`` is only the end of the text.
"""

import re
from collections.abc import Callable, Hashable
from ipaddress import IPv4Network
from typing import Annotated, Any, Final, Literal, Never, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from modules.environment.regions import REGIONS

K = TypeVar("K")
V = TypeVar("V")
H = TypeVar("H", bound=Hashable)


class Expected:
    """For any invalid value the error is: must be ``words``."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            self._schema(lambda: handler(source)),
            custom_error_type="expected",
            custom_error_message="must be {expected}",
            custom_error_context={"expected": self.words},
        )

    def _schema(self, inner: Callable[[], CoreSchema]) -> CoreSchema:
        return inner()


class Text(Expected):
    """Text with a pattern and a length; the length is separate, for counted repetitions are slow to compile."""

    def __init__(self, pattern: str, words: str, *, length: tuple[int | None, int | None] = (None, None)) -> None:
        super().__init__(words)
        self.pattern = pattern
        self.length = length

    def _schema(self, _: Callable[[], CoreSchema]) -> CoreSchema:
        least, most = self.length
        return core_schema.str_schema(strict=True, pattern=self.pattern, min_length=least, max_length=most)


class OneOf(Expected):
    """One of many options, which an error does not list."""

    def __init__(self, options: tuple[str, ...], words: str) -> None:
        super().__init__(words)
        self.options = options

    def _schema(self, _: Callable[[], CoreSchema]) -> CoreSchema:
        return core_schema.literal_schema(list(self.options))


def _id(prefix: str, words: str) -> Text:
    """An EC2 identifier: a prefix, then 8 or 17 hexadecimal digits."""
    return Text(
        rf"^{prefix}-[0-9a-f]+$",
        f"{words}, such as {prefix}-0abc1234def567890",
        length=(len(prefix) + 9, len(prefix) + 18),
    )


def _arn(service: str, resource: str, words: str) -> Text:
    return Text(rf"^arn:aws[a-z-]*:{service}:[a-z0-9-]+:[0-9]{{12}}:{resource}$", words)


class Frozen(dict[K, V]):
    """An immutable dict: an environment is immutable at every level."""

    def _refuse(self, *_: Any, **__: Any) -> Never:
        raise TypeError("an environment is immutable")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __deepcopy__(self, _: Any) -> "Frozen[K, V]":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


def _distinct(values: tuple[H, ...]) -> tuple[H, ...]:
    repeated = [value for value in values if values.count(value) > 1]
    if repeated:
        raise PydanticCustomError("repeated", "must not repeat {value}", {"value": repeated[0]})
    return values


def _whole(value: object) -> object:
    if isinstance(value, bool | float):
        raise PydanticCustomError("whole", "must be a whole number")
    return value


# One of some numbers: true equals 1, and so does 1.0.
Whole = BeforeValidator(_whole)

# A list without duplicates, and a mapping with keys that the user chooses.
Many = Annotated[tuple[H, ...], Field(strict=False), AfterValidator(_distinct)]
Keyed = Annotated[dict[K, V], Field(validate_default=True), AfterValidator(Frozen)]

_NAME: Final = r"^[a-z][a-z0-9-]*[a-z0-9]$"
_NAME_WORDS: Final = "lower-case letters, digits and hyphens, a letter first, 2 to {} characters"
Name = Annotated[str, Text(_NAME, _NAME_WORDS.format(32), length=(2, 32))]
EnvironmentName = Annotated[str, Text(_NAME, _NAME_WORDS.format(20), length=(2, 20))]

Region = Annotated[str, OneOf(REGIONS, "an AWS region, such as eu-west-1")]
Zone = Annotated[str, Text(r"^[a-z]{2,4}(-[a-z]+)+-[0-9][a-g]$", "an availability zone, such as eu-west-1a")]
AccountId = Annotated[str, Text(r"^[0-9]{12}$", "an AWS account's 12 digits, in quotes")]
VpcId = Annotated[str, _id("vpc", "a VPC's id")]
SubnetId = Annotated[str, _id("subnet", "a subnet's id")]
RouteTableId = Annotated[str, _id("rtb", "a route table's id")]
SecurityGroupId = Annotated[str, _id("sg", "a security group's id")]

# S3 user guide, general purpose bucket naming rules: kept for S3's own buckets and aliases.
_BUCKETS_START: Final = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKETS_END: Final = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def _bucket(name: str) -> str:
    wrong = next((f"must not start with {start}" for start in _BUCKETS_START if name.startswith(start)), None)
    wrong = wrong or next((f"must not end with {end}" for end in _BUCKETS_END if name.endswith(end)), None)
    if wrong:
        raise PydanticCustomError("block", "{wrong}, which S3 keeps for itself", {"wrong": wrong})
    if ".." in name or ".-" in name or "-." in name:
        raise PydanticCustomError("block", "must have a letter or a digit on both sides of each dot")
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+){3}", name):
        raise PydanticCustomError("block", "must not look like an IP address")
    return name


_BUCKET_WORDS: Final = "a bucket's name: lower-case letters, digits, . and -, 3 to 63 characters"
BucketName = Annotated[
    str, Text(r"^[a-z0-9][a-z0-9.-]*[a-z0-9]$", _BUCKET_WORDS, length=(3, 63)), AfterValidator(_bucket)
]
_TABLE_WORDS: Final = "a DynamoDB table's name: letters, digits, _ . and -, 3 to 255 characters"
TableName = Annotated[str, Text(r"^[A-Za-z0-9_.-]+$", _TABLE_WORDS, length=(3, 255))]
_ROLE_WORDS: Final = "an IAM role's name, not its ARN: letters, digits and _+=,.@-"
RoleName = Annotated[str, Text(r"^[A-Za-z0-9_+=,.@-]+$", _ROLE_WORDS, length=(1, 64))]
_SECRET_WORDS: Final = "the secret's name, not its ARN: letters, digits and /_+=.@-"
SecretName = Annotated[str, Text(r"^[A-Za-z0-9/_+=.@-]+$", _SECRET_WORDS, length=(1, 512))]
# A placeholder ends at a brace, and its parts at colons.
_FIELD_WORDS: Final = "a field of the secret's JSON, without spaces, colons, $ and braces"
SecretField = Annotated[str, Text(r"^[^\s:${}]+$", _FIELD_WORDS)]
_REGISTRY_WORDS: Final = "a Glue registry's name: letters, digits, - _ . $ and #"
GlueRegistryName = Annotated[str, Text(r"^[A-Za-z0-9_.$#-]+$", _REGISTRY_WORDS, length=(1, 255))]
_URL_WORDS: Final = "one URL without user and password: https://HOST:PORT/PATH, or http://"
RegistryUrl = Annotated[str, Text(r"^https?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?(/[^\s?#,@]*)?$", _URL_WORDS)]
_SCRAM_WORDS: Final = "the secret's name, not its ARN, and for SCRAM start with AmazonMSK_"
ScramSecretName = Annotated[str, Text(r"^AmazonMSK_[A-Za-z0-9/_+=.@-]+$", _SCRAM_WORDS, length=(11, 512))]
_CLUSTER_WORDS: Final = "an Aurora cluster's identifier, not its endpoint: lower-case letters, digits and hyphens"
_IDENTIFIER: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
ClusterIdentifier = Annotated[str, Text(_IDENTIFIER, _CLUSTER_WORDS, length=(1, 63))]
_INSTANCE_WORDS: Final = "an RDS instance's identifier, not its endpoint: lower-case letters, digits and hyphens"
InstanceIdentifier = Annotated[str, Text(_IDENTIFIER, _INSTANCE_WORDS, length=(1, 63))]
_HOST_WORDS: Final = "a host name or an IPv4 address, without a port: lower-case letters, digits, dots and hyphens"
HostAddress = Annotated[
    str, Text(r"^[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*$", _HOST_WORDS, length=(1, 253))
]

_TOPIC_WORDS: Final = "letters, digits, . _ and -, up to 200 characters"
TopicName = Annotated[str, Text(r"^[A-Za-z0-9._-]+$", _TOPIC_WORDS, length=(1, 200))]
_EXISTING_WORDS: Final = "a topic's name: letters, digits, . _ and -, up to 249 characters"
KafkaTopic = Annotated[str, Text(r"^[A-Za-z0-9._-]+$", _EXISTING_WORDS, length=(1, 249))]
_GROUP_WORDS: Final = "a consumer group's name: letters, digits, . _ and -, up to 249 characters"
ConsumerGroup = Annotated[str, Text(r"^[A-Za-z0-9._-]+$", _GROUP_WORDS, length=(1, 249))]
_LAMBDA_GROUP_WORDS: Final = "a consumer group's name, without *: letters, digits, . _ and -, up to 200 characters"
LambdaGroup = Annotated[str, Text(r"^[A-Za-z0-9._-]+$", _LAMBDA_GROUP_WORDS, length=(1, 200))]
_CONNECTOR_WORDS: Final = "a connector's name, not its ARN: letters, digits, . _ and -, up to 128 characters"
ConnectorName = Annotated[str, Text(r"^[A-Za-z0-9._-]+$", _CONNECTOR_WORDS, length=(1, 128))]
# A lone * would match every topic of the cluster: at least one literal character must precede it.
_PATTERN_WORDS: Final = "a name, with * for anything but not first: a lone * would be everything in the cluster"
TopicPattern = Annotated[str, Text(r"^[A-Za-z0-9._-][A-Za-z0-9._*-]*$", _PATTERN_WORDS, length=(1, 249))]
Table = Annotated[str, Text(r"^[^\s.,*]+\.[^\s.,*]+$", "database.table")]
_TABLES_WORDS: Final = "database.table, with * for any characters but a dot, and ! before those to leave out"
TablePattern = Annotated[str, Text(r"^[^\s.,]+\.[^\s.,]+$", _TABLES_WORDS)]

_ARN: Final = "ARN, such as arn:aws"
ClusterArn = Annotated[
    str,
    _arn(
        "kafka", r"cluster/[A-Za-z0-9_-]+/[a-z0-9-]+", f"an MSK cluster's {_ARN}:kafka:REGION:ACCOUNT:cluster/NAME/ID"
    ),
]
CustomPluginArn = Annotated[
    str,
    _arn(
        "kafkaconnect",
        r"custom-plugin/[A-Za-z0-9._-]+/[a-z0-9-]+",
        f"a custom plugin's {_ARN}:kafkaconnect:REGION:ACCOUNT:custom-plugin/NAME/ID",
    ),
]
FunctionArn = Annotated[
    str,
    _arn(
        "lambda",
        r"function:[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?",
        f"a Lambda function's {_ARN}:lambda:REGION:ACCOUNT:function:NAME",
    ),
]
TopicArn = Annotated[str, _arn("sns", r"[A-Za-z0-9_-]+", f"an SNS topic's {_ARN}:sns:REGION:ACCOUNT:NAME")]
EmailAddress = Annotated[
    str,
    Text(r"^[A-Za-z0-9.!#%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", "an e-mail address", length=(6, 254)),
]
PolicyArn = Annotated[
    str,
    Text(
        r"^arn:aws[a-z-]*:iam::[0-9]{12}:policy/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]+$",
        f"the {_ARN}:iam::ACCOUNT:policy/NAME, of a policy in your account",
        length=(1, 2048),
    ),
]
_PATH_WORDS: Final = "/, or an IAM path that begins and ends with it, such as /data-platform/"
IamPath = Annotated[str, Text(r"^/([!-.0-~]+/)*$", _PATH_WORDS, length=(1, 512))]
KeyArn = Annotated[str, _arn("kms", r"key/[a-z0-9-]+", f"a KMS key's {_ARN}:kms:REGION:ACCOUNT:key/ID")]
CertificateAuthorityArn = Annotated[
    str,
    _arn(
        "acm-pca",
        r"certificate-authority/[a-z0-9-]+",
        f"a private CA's {_ARN}:acm-pca:REGION:ACCOUNT:certificate-authority/ID",
    ),
]

_DEBEZIUM: Final = r"^[0-9]+\.[0-9]+\.[0-9]+\.[A-Z][A-Za-z0-9]*$"
DebeziumVersion = Annotated[str, Text(_DEBEZIUM, "a Debezium version, such as 3.6.1.Final")]
KafkaVersion = Annotated[str, Text(r"^[0-9]+\.[0-9]+\.[0-9x]", "a Kafka version as MSK spells it, such as 3.9.x")]
ArchivePath = Annotated[str, Text(r"[^/]\.zip$", "the path of a .zip file")]
_BUNDLE_WORDS: Final = "the path of a file with certificates in PEM, such as certs/global-bundle.pem"
BundlePath = Annotated[str, Text(r"[^/]$", _BUNDLE_WORDS, length=(1, 1024))]
ObjectVersion = Annotated[str, Text(r"^[!-~]+$", "the object's version id")]
Organization = Annotated[str, Text(r"^[A-Za-z0-9_-]+$", "an organization's name: letters, digits, _ and -")]
_PROJECT_WORDS: Final = "a project's name: letters, digits, spaces, _ and -, 3 to 40 characters"
Project = Annotated[str, Text(r"^[A-Za-z0-9 _-]+$", _PROJECT_WORDS, length=(3, 40))]
Hostname = Annotated[
    str, Text(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", "a host name without https://, such as app.terraform.io")
]
# Of ASCII the characters of IAM's tags, whatever other services take; and letters of any language.
_TAG: Final = r"[^\x00-\x1f\x7f!\x22#$%&'()*,;<>?\[\\\]\^`{|}~]"
_TAG_WORDS: Final = "letters, digits, spaces and _ . : / = + - @, {} to {} characters"
TagKey = Annotated[str, Text(rf"^{_TAG}+$", _TAG_WORDS.format(1, 128), length=(1, 128))]
TagValue = Annotated[str, Text(rf"^{_TAG}*$", _TAG_WORDS.format(0, 256), length=(0, 256))]
Property = Annotated[str | int | float | bool, Expected("text, a number, true or false")]
_REASON_WORDS: Final = "the reason in one line of 10 to 300 characters"
Reason = Annotated[str, Text(r"^[^\x00-\x1f]*$", _REASON_WORDS, length=(10, 300))]
# The retention periods of CloudWatch Logs.
RetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    Whole,
]

_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


def _private_block(longest_prefix: int, *, shortest_prefix: int = 16) -> AfterValidator:
    """A block of RFC 1918 or RFC 6598, without host bits, with an allowed size: by default a VPC's."""

    def check(value: str) -> str:
        try:
            block = IPv4Network(value, strict=False)
        except ValueError:
            raise PydanticCustomError("block", "must be an IPv4 address block, such as 10.40.0.0/16") from None
        if str(block) != value:
            raise PydanticCustomError("block", "must be written {block}, without host bits", {"block": str(block)})
        if not any(block.subnet_of(IPv4Network(private)) for private in _PRIVATE):
            raise PydanticCustomError("block", "must be private: in {private}", {"private": ", ".join(_PRIVATE)})
        if not shortest_prefix <= block.prefixlen <= longest_prefix:
            sizes = {"shortest": shortest_prefix, "longest": longest_prefix}
            raise PydanticCustomError("block", "must be from /{shortest} to /{longest}", sizes)
        return value

    return AfterValidator(check)


# In a managed VPC, a /22 is divided into private /25 and public /28 subnets; AWS's smallest is /28.
VpcBlock = Annotated[str, _private_block(22)]
PeerBlock = Annotated[str, _private_block(28)]
HostBlock = Annotated[str, _private_block(32, shortest_prefix=8)]


def partition(region: str) -> str:
    """The AWS partition of the region, as in ARNs."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov", "eusc-de": "aws-eusc"}.get(region.rsplit("-", 2)[0], "aws")


def domain(region: str) -> str:
    """The domain of AWS's services in the region."""
    return {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}.get(partition(region), "amazonaws.com")
