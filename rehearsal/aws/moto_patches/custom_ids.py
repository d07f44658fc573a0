"""Lets the caller choose ids that AWS generates: an environment file names existing resources by id."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from functools import wraps
from types import ModuleType
from typing import Any

from moto.ec2.models import route_tables, security_groups, subnets, vpcs
from moto.rds.models import DBCluster, DBInstance
from moto.s3.models import FakeKey, S3Backend

from rehearsal.aws.custom_id import CUSTOM_ID_TAG
from rehearsal.aws.moto_patches.patching import replace

Tags = Sequence[Mapping[str, str]] | Mapping[str, Any] | None


def use_custom_ids() -> None:
    """AWS generates ids of networks, versions of objects and hosts of clusters; here the tag can set them."""
    _patch_id(vpcs, vpcs.VPCBackend, "vpc")
    _patch_id(subnets, subnets.SubnetBackend, "subnet")
    _patch_id(route_tables, route_tables.RouteBackend, "route_table")
    _patch_id(security_groups, security_groups.SecurityGroupBackend, "security_group")
    _patch_object_version()
    _patch_endpoints()


def _patch_id(module: ModuleType, backend: type, kind: str) -> None:
    create: Callable[..., object] = getattr(backend, f"create_{kind}")
    random: Callable[[], str] = getattr(module, f"random_{kind}_id")
    custom_id: ContextVar[str | None] = ContextVar(kind, default=None)
    signature = inspect.signature(create)

    @wraps(create)
    def create_with_custom_id(*args: object, **named: object) -> object:
        token = custom_id.set(_custom_id(signature.bind(*args, **named).arguments.get("tags")))
        try:
            return create(*args, **named)
        finally:
            custom_id.reset(token)

    replace(module, **{f"random_{kind}_id": lambda: custom_id.get() or random()})
    replace(backend, **{f"create_{kind}": create_with_custom_id})


def _patch_object_version() -> None:
    tag_object = S3Backend.put_object_tagging

    def put_object_tagging(self: S3Backend, key: FakeKey, tags: dict[str, str] | None) -> FakeKey:
        if version := _custom_id(tags):
            key._version_id = version
        return tag_object(self, key, tags)

    replace(S3Backend, put_object_tagging=put_object_tagging)


def _patch_endpoints() -> None:
    of_cluster, of_instance = vars(DBCluster)["endpoint"].__get__, vars(DBInstance)["address"].__get__

    def endpoint(self: DBCluster) -> str:
        return _custom_id(self.tags) or of_cluster(self)

    def address(self: DBInstance) -> str:
        return _custom_id(self.tags) or of_instance(self)

    replace(DBCluster, endpoint=property(endpoint))
    replace(DBInstance, address=property(address))


def _custom_id(tags: Tags) -> str | None:
    """The value of CUSTOM_ID_TAG in any of moto's forms: pairs, a mapping, or a mapping per resource type."""
    if isinstance(tags, Mapping):
        inner = (_custom_id(value) for value in tags.values() if isinstance(value, Mapping))
        return tags.get(CUSTOM_ID_TAG) or next(filter(None, inner), None)
    return next((tag["Value"] for tag in tags or () if tag["Key"] == CUSTOM_ID_TAG), None)
