"""What AWS chooses by itself, chosen by whoever asks: an environment file names what exists already by its id."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from functools import wraps
from types import ModuleType
from typing import Any, Final

from moto.ec2.models import route_tables, security_groups, subnets, vpcs
from moto.rds.models import DBCluster
from moto.s3.models import FakeKey, S3Backend
from moto.utilities.id_generator import TAG_KEY_CUSTOM_ID

from rehearsal.aws.moto_patches.replacing import replace

# The tag whose value is chosen; moto has the same for services that we do not use it with.
CHOSEN: Final = TAG_KEY_CUSTOM_ID

Tags = Sequence[Mapping[str, str]] | Mapping[str, Any] | None


def take_from_tags() -> None:
    """AWS makes up ids of networks, versions of objects and hosts of clusters; here the tag CHOSEN names them."""
    _take_id(vpcs, vpcs.VPCBackend, "vpc")
    _take_id(subnets, subnets.SubnetBackend, "subnet")
    _take_id(route_tables, route_tables.RouteBackend, "route_table")
    _take_id(security_groups, security_groups.SecurityGroupBackend, "security_group")
    _take_version()
    _take_endpoint()


def _take_id(module: ModuleType, backend: type, kind: str) -> None:
    create: Callable[..., object] = getattr(backend, f"create_{kind}")
    random: Callable[[], str] = getattr(module, f"random_{kind}_id")
    wanted: ContextVar[str | None] = ContextVar(kind, default=None)
    signature = inspect.signature(create)

    @wraps(create)
    def create_as_wanted(*args: object, **named: object) -> object:
        token = wanted.set(_chosen(signature.bind(*args, **named).arguments.get("tags")))
        try:
            return create(*args, **named)
        finally:
            wanted.reset(token)

    replace(module, **{f"random_{kind}_id": lambda: wanted.get() or random()})
    replace(backend, **{f"create_{kind}": create_as_wanted})


def _take_version() -> None:
    tag_object = S3Backend.put_object_tagging

    def put_object_tagging(self: S3Backend, key: FakeKey, tags: dict[str, str] | None) -> FakeKey:
        if version := _chosen(tags):
            key._version_id = version
        return tag_object(self, key, tags)

    replace(S3Backend, put_object_tagging=put_object_tagging)


def _take_endpoint() -> None:
    made_up = vars(DBCluster)["endpoint"].__get__

    def endpoint(self: DBCluster) -> str:
        return _chosen(self.tags) or made_up(self)

    replace(DBCluster, endpoint=property(endpoint))


def _chosen(tags: Tags) -> str | None:
    """The value of CHOSEN, however moto spells tags: as pairs, as a mapping, or as one for each kind of resource."""
    if isinstance(tags, Mapping):
        inner = (_chosen(value) for value in tags.values() if isinstance(value, Mapping))
        return tags.get(CHOSEN) or next(filter(None, inner), None)
    return next((tag["Value"] for tag in tags or () if tag["Key"] == CHOSEN), None)
