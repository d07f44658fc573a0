"""When properties and classes came, as far as that is after Debezium 1.0.

From the sources and the documentation of each release: the first whose tag names them.
"""

from typing import Final

_PROPERTIES: Final = {
    "1.1.0": """
        converters
        datatype.propagate.source.type
        heartbeat.action.query
        provide.transaction.metadata
        skipped.operations
    """,
    "1.2.0": """
        binary.handling.mode
        schema.history.internal.connector.id
    """,
    "1.2.3": """
        database.exclude.list
        database.include.list
        table.exclude.list
        table.include.list
    """,
    "1.3.0": """
        column.exclude.list
        column.include.list
        query.fetch.size
        retriable.restart.connector.wait.ms
    """,
    "1.4.0": """
        max.queue.size.in.bytes
        snapshot.include.collection.list
        snapshot.max.threads
    """,
    "1.5.0": """
        internal.snapshot.scan.all.columns.force
        schema.history.internal.prefer.ddl
        signal.data.collection
    """,
    "1.6.0": """
        incremental.snapshot.chunk.size
        schema.history.internal.store.only.captured.tables.ddl
    """,
    "1.7.0": """
        read.only
        signal.kafka.poll.timeout.ms
    """,
    "1.7.2": """
        unavailable.value.placeholder
    """,
    "1.8.0": """
        include.schema.comments
        incremental.snapshot.allow.schema.changes
    """,
    "1.9.0": """
        internal.custom.retriable.exception
        schema.history.internal.kafka.query.timeout.ms
        schema.name.adjustment.mode
    """,
    "2.0.0": """
        errors.max.retries
        schema.history.internal
        schema.history.internal.kafka.create.timeout.ms
        topic.cache.size
        topic.delimiter
        topic.heartbeat.prefix
        topic.key.enforce.uniqueness
        topic.key.field.name
        topic.key.field.regex
        topic.key.field.replacement
        topic.naming.strategy
        topic.prefix
        topic.transaction
    """,
    "2.2.0": """
        field.name.adjustment.mode
        schema.history.internal.store.only.captured.databases.ddl
        skip.messages.without.change
        snapshot.tables.order.by.row.count
    """,
    "2.3.0": """
        notification.enabled.channels
        notification.sink.topic.name
        signal.enabled.channels
        sourceinfo.struct.maker
    """,
    "2.3.3": """
        signal.kafka.groupId
    """,
    "2.4.0": """
        custom.metric.tags
        database.protocol
    """,
    "2.5.0": """
        incremental.snapshot.watermarking.strategy
        post.processors
        signal.kafka.consumer.offset.commit.enabled
    """,
    "2.6.0": """
        event.converting.failure.handling.mode
        snapshot.locking.mode.custom.name
        snapshot.mode.configuration.based.snapshot.data
        snapshot.mode.configuration.based.snapshot.on.data.error
        snapshot.mode.configuration.based.snapshot.on.schema.error
        snapshot.mode.configuration.based.snapshot.schema
        snapshot.mode.configuration.based.start.stream
        snapshot.mode.custom.name
        snapshot.query.mode
        snapshot.query.mode.custom.name
    """,
    "2.6.1": """
        internal.log.position.check.enable
    """,
    "2.7.0": """
        database.query.timeout.ms
        streaming.delay.ms
        transaction.metadata.factory
        use.nongraceful.disconnect
    """,
    "3.0.0": """
        internal.advanced.metrics.enable
    """,
    "3.2.0": """
        connection.validation.timeout.ms
        executor.shutdown.timeout.ms
        openlineage.integration.config.file.path
        openlineage.integration.enabled
        openlineage.integration.job.description
        openlineage.integration.job.namespace
        openlineage.integration.job.owners
        openlineage.integration.job.tags
    """,
    "3.2.1": """
        extended.headers.enabled
    """,
    "3.3.0": """
        guardrail.collections.limit.action
        guardrail.collections.max
        openlineage.integration.dataset.kafka.bootstrap.servers
    """,
    "3.4.0": """
        custom.sanitize.pattern
    """,
    "3.5.0": """
        binlog.net.read.timeout
        binlog.net.write.timeout
        legacy.snapshot.max.threads
        snapshot.max.threads.multiplier
    """,
    "3.6.0": """
        ddl.parser.type
        gtid.ignore.on.recovery
        memory.management.schemas.class
        memory.management.tables.class
        queue.provider.type
        schema.history.internal.kafka.buffer.batch.size
        statistics.metrics.enabled
        topic.heartbeat.name
    """,
}
_CLASSES: Final = {
    "1.1.0": """
        io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter
        io.debezium.converters.CloudEventsConverter
    """,
    "1.4.0": """
        io.debezium.transforms.tracing.ActivateTracingSpan
    """,
    "1.4.2": """
        io.debezium.connector.mysql.transforms.ReadToInsertEvent
    """,
    "1.9.3": """
        io.debezium.converters.BinaryDataConverter
        io.debezium.converters.ByteArrayConverter
    """,
    "2.2.0": """
        io.debezium.connector.mysql.converters.JdbcSinkDataTypesConverter
        io.debezium.transforms.ExtractChangedRecordState
        io.debezium.transforms.HeaderToValue
        io.debezium.transforms.partitions.PartitionRouting
    """,
    "2.4.0": """
        io.debezium.transforms.SchemaChangeEventFilter
        io.debezium.transforms.TimezoneConverter
    """,
    "2.5.0": """
        io.debezium.processors.reselect.ReselectColumnsPostProcessor
        io.debezium.transforms.ExtractSchemaToNewRecord
    """,
    "2.7.0": """
        io.debezium.connector.binlog.converters.JdbcSinkDataTypesConverter
        io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter
    """,
    "3.1.0": """
        io.debezium.transforms.VectorToJsonConverter
    """,
    "3.2.0": """
        io.debezium.transforms.openlineage.OpenLineage
    """,
    "3.4.0": """
        io.debezium.transforms.GeometryFormatTransformer
        io.debezium.transforms.SwapGeometryCoordinates
    """,
    "3.6.0": """
        io.debezium.connector.binlog.converters.ZeroDateFallbackConverter
        io.debezium.transforms.EnforceRecordSize
    """,
}

PROPERTIES: Final = {name: release for release, names in _PROPERTIES.items() for name in names.split()}
CLASSES: Final = {name: release for release, names in _CLASSES.items() for name in names.split()}
