package rehearsal.connect;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's source records of one task, in JSON. A record that is read again after a restart gets the same {@code id}.
 *
 * <p>A row's change is identified by its binlog position, a snapshot's row by its content, as all have one position.
 */
final class SourceRecordFacts {
    private static final String ENVELOPE = "op";
    private static final String DDL = "ddl";
    private static final String READ = "r";
    private static final int MOST_ROWS = 500_000;

    private final String prefix;
    private final Map<String, Schema> schemas = new HashMap<>();
    private final Map<Long, Integer> rows = new HashMap<>();
    private String previous = "";
    private String previousTable = "";
    private long others;

    SourceRecordFacts(String connector) {
        prefix = "{\"connector\":" + Json.text(connector);
    }

    /** An object without its closing brace. */
    String json(SourceRecord record) {
        if (record.value() == null) {
            return of("tombstone", previous + "+", previousTable);
        }
        if (!(record.value() instanceof Struct)) {
            return of("other", unique(), "");
        }
        Struct value = (Struct) record.value();
        Schema schema = value.schema();
        String name = schema.name() == null ? "" : schema.name();
        if (schema.field(ENVELOPE) != null && schema.field("source") != null) {
            return row(record, value, schema);
        }
        if (schema.field(DDL) != null) {
            Struct source = value.getStruct("source");
            return of("ddl", position(source) + ":" + hash(value.get(DDL)), table(source));
        }
        if (name.endsWith(".Heartbeat")) {
            return of("heartbeat", unique(), "");
        }
        if (name.endsWith("TransactionMetadataValue")) {
            return of("transaction", value.getString("id") + ":" + value.getString("status"), "");
        }
        return of("other", unique(), "");
    }

    private String row(SourceRecord record, Struct value, Schema schema) {
        Struct source = value.getStruct("source");
        String operation = value.getString(ENVELOPE);
        if (schema != schemas.put(record.topic(), schema)) {
            writeColumns(source, schema);
        }
        String facts = table(source);
        previousTable = facts;
        if (READ.equals(operation)) {
            return of(READ, readRow(hash(facts), hash(value.get("after")), hash(record.key())), facts);
        }
        String gtid = optional(source, "gtid");
        return of(operation, position(source) + ":" + operation, facts + ",\"gtid\":" + Json.text(gtid));
    }

    /** Equal rows of a snapshot are counted; a table without a key may have such. */
    private String readRow(long table, long content, long key) {
        if (rows.size() > MOST_ROWS) {
            rows.clear(); // memory: only equal rows further apart than this get the same id
        }
        long row = 31 * (31 * table + content) + key;
        return Long.toHexString(row) + "#" + rows.merge(row, 1, Integer::sum);
    }

    private String of(String kind, String id, String facts) {
        previous = id;
        return prefix + ",\"kind\":\"" + kind + "\",\"id\":" + Json.text(id) + facts;
    }

    /** A line for each new structure of a table. */
    private void writeColumns(Struct source, Schema schema) {
        Schema row = schema.field("after").schema();
        String names = row.fields().stream().map(Field::name).map(Json::text).collect(Collectors.joining(","));
        SourceRecordLog.write(prefix + ",\"kind\":\"columns\"" + table(source) + ",\"columns\":[" + names + "]}\n");
    }

    private static String table(Struct source) {
        String name = optional(source, "db") + "." + optional(source, "table");
        return source == null ? "" : ",\"table\":" + Json.text(name);
    }

    private static String position(Struct source) {
        return source == null ? "" : optional(source, "file") + ":" + optional(source, "pos") + ":"
            + optional(source, "row");
    }

    private static String optional(Struct struct, String field) {
        Object value = struct == null || struct.schema().field(field) == null ? null : struct.get(field);
        return value == null ? "" : value.toString();
    }

    private String unique() {
        return ProcessHandle.current().pid() + ":" + System.identityHashCode(this) + ":" + others++;
    }

    /** The same in every process, unlike that of a schema. */
    private static long hash(Object value) {
        if (value instanceof Struct) {
            long found = 1;
            for (Field field : ((Struct) value).schema().fields()) {
                found = 1_000_003 * found + hash(((Struct) value).get(field));
            }
            return found;
        }
        if (value instanceof byte[]) {
            return Arrays.hashCode((byte[]) value);
        }
        return value == null ? 0 : value.hashCode();
    }
}
