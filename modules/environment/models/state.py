"""Where Terraform stores its state."""

from typing import Annotated, Literal

from pydantic import Field

from modules.environment import names
from modules.environment.models.base import Model


class S3State(Model):
    """State in S3; with ``create`` the stack ``<env>-state`` creates bucket and lock table."""

    kind: Literal["s3"]
    bucket: names.BucketName
    lock_table: names.TableName
    lockfile: bool = False
    create: bool = True
    region: names.Region | None = None
    kms_key_arn: names.KeyArn | None = None


class CloudState(Model):
    """State in HCP Terraform: one workspace per stack, named after it."""

    kind: Literal["cloud"]
    organization: names.Organization
    project: names.Project | None = None
    hostname: names.Hostname | None = None


class LocalState(Model):
    """State in a local file, for tests only."""

    kind: Literal["local"]


State = Annotated[S3State | CloudState | LocalState, Field(discriminator="kind")]
