"""Words of enumerations by the releases that have them, classes that moved, and names that other connectors read."""

from dataclasses import dataclass
from typing import Final

from modules.debezium.renamed import Renamed


@dataclass(frozen=True, slots=True)
class Word:
    """A word that ``property`` takes from the release ``since``, and no longer from ``gone`` on."""

    property: str
    word: str
    since: str = "0"
    gone: str | None = None
    successor: str | None = None


WORDS: Final = (
    Word("snapshot.mode", "schema_only", "0", "3.3.0", "no_data"),
    Word("snapshot.mode", "schema_only_recovery", "0", "3.3.0", "recovery"),
    Word("snapshot.mode", "never", "0", "3.6.0", "no_data"),
    Word("snapshot.mode", "no_data", "2.6.0", None, "schema_only"),
    Word("snapshot.mode", "recovery", "2.6.0", None, "schema_only_recovery"),
    Word("snapshot.mode", "always", "2.6.0", None, None),
    Word("snapshot.mode", "configuration_based", "2.6.0", None, None),
    Word("snapshot.mode", "custom", "2.6.0", None, None),
    Word("snapshot.mode", "initial_schema_only", "0", "1.2.0", "no_data"),
    Word("snapshot.locking.mode", "custom", "2.6.0", None, None),
    Word("snapshot.locking.mode", "minimal_at_least_once", "3.2.0", None, None),
    Word("time.precision.mode", "adaptive", "0", "0.10.0", "adaptive_time_microseconds"),
    Word("time.precision.mode", "isostring", "3.1.0", None, None),
    Word("time.precision.mode", "microseconds", "3.1.0", None, None),
    Word("time.precision.mode", "nanoseconds", "3.1.0", None, None),
    Word("schema.name.adjustment.mode", "avro_unicode", "2.2.0", None, None),
    Word("field.name.adjustment.mode", "avro_unicode", "2.2.0", None, None),
)

# Classes that moved, each with its release and its place today.
CLASSES: Final = {
    each.name: each
    for each in (
        Renamed("io.debezium.transforms.UnwrapFromEnvelope", "1.2.0", "io.debezium.transforms.ExtractNewRecordState"),
        Renamed(
            "io.debezium.relational.history.KafkaDatabaseHistory",
            "2.0.0",
            "io.debezium.storage.kafka.history.KafkaSchemaHistory",
        ),
        Renamed(
            "io.debezium.relational.history.KafkaSchemaHistory",
            "2.0.0",
            "io.debezium.storage.kafka.history.KafkaSchemaHistory",
        ),
        Renamed(
            "io.debezium.relational.history.FileDatabaseHistory",
            "2.0.0",
            "io.debezium.storage.file.history.FileSchemaHistory",
        ),
        Renamed(
            "io.debezium.relational.history.MemoryDatabaseHistory",
            "2.0.0",
            "io.debezium.storage.kafka.history.KafkaSchemaHistory",
        ),
        Renamed("io.debezium.converters.ByteBufferConverter", "2.0.0", "io.debezium.converters.BinaryDataConverter"),
    )
}

# Properties of Debezium's connectors of other databases, which MySQL's does not read.
FOREIGN: Final = {
    "plugin.name": "PostgreSQL",
    "slot.name": "PostgreSQL",
    "slot.drop.on.stop": "PostgreSQL",
    "slot.stream.params": "PostgreSQL",
    "slot.max.retries": "PostgreSQL",
    "slot.retry.delay.ms": "PostgreSQL",
    "slot.failover": "PostgreSQL",
    "publication.name": "PostgreSQL",
    "publication.autocreate.mode": "PostgreSQL",
    "replica.identity.autoset.values": "PostgreSQL",
    "hstore.handling.mode": "PostgreSQL",
    "interval.handling.mode": "PostgreSQL",
    "money.fraction.digits": "PostgreSQL",
    "xmin.fetch.interval.ms": "PostgreSQL",
    "status.update.interval.ms": "PostgreSQL",
    "flush.lsn.source": "PostgreSQL",
    "schema.refresh.mode": "PostgreSQL",
    "lsn.flush.mode": "PostgreSQL",
    "message.prefix.include.list": "PostgreSQL",
    "message.prefix.exclude.list": "PostgreSQL",
    "database.sslcert": "PostgreSQL",
    "database.sslkey": "PostgreSQL",
    "database.sslrootcert": "PostgreSQL",
    "database.sslpassword": "PostgreSQL",
    "database.names": "SQL Server",
    "database.instance": "SQL Server",
    "database.applicationIntent": "SQL Server",
    "max.iteration.transactions": "SQL Server",
    "data.query.mode": "SQL Server",
    "streaming.fetch.size": "SQL Server",
    "database.pdb.name": "Oracle",
    "database.url": "Oracle",
    "database.connection.adapter": "Oracle",
    "log.mining.strategy": "Oracle",
    "log.mining.batch.size.default": "Oracle",
    "lob.enabled": "Oracle",
    "rac.nodes": "Oracle",
    "mongodb.connection.string": "MongoDB",
    "mongodb.hosts": "MongoDB",
    "mongodb.name": "MongoDB",
    "mongodb.user": "MongoDB",
    "mongodb.password": "MongoDB",
    "mongodb.ssl.enabled": "MongoDB",
    "capture.mode": "MongoDB",
    "capture.scope": "MongoDB",
    "collection.include.list": "MongoDB",
    "collection.exclude.list": "MongoDB",
    "field.exclude.list": "MongoDB",
    "field.renames": "MongoDB",
    "cursor.max.await.time.ms": "MongoDB",
    "database.dbname": "PostgreSQL and Oracle",
    "schema.include.list": "PostgreSQL, SQL Server and Oracle",
    "schema.exclude.list": "PostgreSQL, SQL Server and Oracle",
}
