"""Rules about what holds data: the cluster, keys, buckets and the lock table."""

from typing import Final

from cdc.plans.rules.rule import Rule

STOP_MANAGING: Final = "to stop managing it with Terraform, use a removed block with destroy = false"

CLUSTER_DESTROYED: Final = Rule(
    name="cluster-destroyed",
    finds="the MSK cluster is destroyed or replaced",
    example="other `client_subnets`, which force a new cluster",
    why="all events, committed offsets and schema histories are lost with the cluster",
    instead=f"undo the change that forces a new cluster; {STOP_MANAGING}",
)
KEY_DESTROYED: Final = Rule(
    name="key-destroyed",
    finds="a KMS key is destroyed or replaced",
    example="`aws_kms_key` leaves the configuration",
    why="everything encrypted with it becomes unreadable: broker volumes, logs, plugins, Terraform state",
    instead=f"keep the key; {STOP_MANAGING}",
)
KEY_DISABLED: Final = Rule(
    name="key-disabled",
    finds="a KMS key is disabled",
    example="`is_enabled`: `true` → `false`",
    why="brokers and buckets encrypted with it become unavailable, and the binlog positions of stopped connectors are"
    " purged when the binlog retention has passed",
    instead="keep is_enabled = true",
)
KEY_POLICY_NARROWED: Final = Rule(
    name="key-policy-narrowed",
    finds="a key's policy or grant no longer allows a use that it allowed",
    example="a service leaves `kms:ViaService`",
    why="whoever loses the key can neither read what it encrypted nor write: brokers, buckets, logs, Terraform state",
    instead="keep the statement; add a new principal or service beside the old one, and remove that when nothing uses"
    " it",
)
STATE_ALIAS_DESTROYED: Final = Rule(
    name="state-alias-destroyed",
    finds="the alias of the state's key is destroyed or renamed",
    example="`name`: `alias/cdc-prod-state` → `alias/state`",
    why="every backend refers to the key of the state by this alias, so no state can be written, not even by this"
    " apply",
    instead="keep the alias while any stack keeps its state in this bucket",
)
BUCKET_DESTROYED: Final = Rule(
    name="bucket-destroyed",
    finds="a state or plugin bucket is destroyed or replaced",
    example="`bucket`: `acme-cdc-state` → `acme-state`",
    why="the state files or plugins in it are lost, with all their versions",
    instead=f"keep the bucket and its name; {STOP_MANAGING}",
)
VERSIONING_ENDED: Final = Rule(
    name="versioning-ended",
    finds="a bucket's versioning is suspended or removed, also by a new resource",
    example="`status`: `Enabled` → `Suspended`",
    why="a state file or plugin that is overwritten can no longer be recovered",
    instead="keep versioning Enabled",
)
VERSIONS_EXPIRE_SOONER: Final = Rule(
    name="versions-expire-sooner",
    finds="a bucket keeps old versions for fewer days, or fewer of them; also by a new lifecycle resource",
    example="`noncurrent_days`: `90` → `7`",
    why="S3 deletes the older versions, and they cannot be recovered",
    instead="keep noncurrent_days, or copy the old versions first",
)
OBJECTS_EXPIRE_SOONER: Final = Rule(
    name="objects-expire-sooner",
    finds="a bucket deletes current versions, after fewer days or of more objects; also by a new lifecycle resource",
    example="a rule gets `expiration` with `days = 1`",
    why="S3 deletes the states and plugins in use, and later their old versions too",
    instead="remove expiration from the rule; old versions are what may expire",
)
LOCK_TABLE_DESTROYED: Final = Rule(
    name="lock-table-destroyed",
    finds="the lock table is destroyed or replaced",
    example="`name`: `acme-cdc-locks` → `acme-locks`",
    why="without locks two applies at the same time can overwrite each other's state, and the state digests are lost",
    instead=f"keep the table; {STOP_MANAGING}",
)
REGISTRY_DESTROYED: Final = Rule(
    name="schema-registry-destroyed",
    finds="a Glue schema registry is destroyed or replaced",
    example="`schema_registry.name`: `cdc` → `events`",
    why="all schemas in it are lost, and without them no consumer can read the events that exist",
    instead=f"keep the registry and its name; {STOP_MANAGING}",
)
