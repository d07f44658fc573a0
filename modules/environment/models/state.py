"""Where Terraform keeps its state."""

from typing import Annotated, Literal

from pydantic import Field

from modules.environment import names
from modules.environment.models.base import Model


class S3State(Model):
    """State in S3; ``create`` says that the bucket and lock table are ours (stack ``<env>-state``)."""

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
    """State in a file beside the stack: for trying out only."""

    kind: Literal["local"]


State = Annotated[S3State | CloudState | LocalState, Field(discriminator="kind")]
