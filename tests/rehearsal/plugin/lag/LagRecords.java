package cdc;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** Passes records of each kind through the transform, and prints what it makes of them. */
public final class LagRecords {
    private static final long NOW = System.currentTimeMillis();

    public interface Streaming {
        long getMilliSecondsBehindSource();
    }

    public static void main(String[] arguments) throws Exception {
        for (Map.Entry<String, SourceRecord> each : records().entrySet()) {
            Lag<SourceRecord> lag = transform();
            boolean same = lag.apply(each.getValue()) == each.getValue();
            lag.close();
            System.out.println(each.getKey() + " " + same + " " + new Lag<SourceRecord>().committed(each.getValue()));
        }
        Streaming behind = () -> 7200_000;
        ObjectName name = new ObjectName("debezium.mysql:type=connector-metrics,context=streaming,server=shop");
        ManagementFactory.getPlatformMBeanServer().registerMBean(new StandardMBean(behind, Streaming.class), name);
        System.out.println("catching-up true " + (NOW - transform().committed(records().get("heartbeat"))));
        System.out.println("nanoseconds true " + nanoseconds());
        Lag<SourceRecord> lag = transform();
        lag.apply(records().get("late"));
        Thread.sleep(500);
        System.out.println("threads true " + threads());
        lag.close();
        lag.close();
        for (int waited = 0; threads() > 0 && waited < 100; waited++) {
            Thread.sleep(100);
        }
        System.out.println("closed true " + threads());
    }

    /** The time that one record takes, the best of some rounds: others may use the processor. */
    private static long nanoseconds() {
        SourceRecord[] several = records().values().toArray(new SourceRecord[0]);
        Lag<SourceRecord> lag = transform();
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long began = System.nanoTime();
            for (int number = 0; number < 1_000_000; number++) {
                lag.apply(several[number % several.length]);
            }
            best = Math.min(best, (System.nanoTime() - began) / 1_000_000);
        }
        lag.close();
        return best;
    }

    private static Lag<SourceRecord> transform() {
        Lag<SourceRecord> lag = new Lag<>();
        lag.configure(Map.of("connector", "shop-cdc", "server", "shop"));
        return lag;
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(one -> one.getName().equals("cdc-lag-shop-cdc")).count();
    }

    private static Map<String, SourceRecord> records() {
        Schema source = SchemaBuilder.struct().field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA).build();
        Schema envelope = SchemaBuilder.struct().field("source", source).field("ts_ms", Schema.INT64_SCHEMA).build();
        Schema beat = SchemaBuilder.struct().name("io.debezium.connector.common.Heartbeat")
                .field("ts_ms", Schema.INT64_SCHEMA).build();
        Schema end = SchemaBuilder.struct().name("io.debezium.connector.common.TransactionMetadataValue")
                .field("ts_ms", Schema.INT64_SCHEMA).build();
        Schema notification = SchemaBuilder.struct().field("id", Schema.STRING_SCHEMA).build();
        Map<String, SourceRecord> found = new LinkedHashMap<>();
        found.put("change", record(envelope, event(envelope, source, 1000L)));
        found.put("late", record(envelope, event(envelope, source, NOW - 90_000)));
        found.put("without-time", record(envelope, event(envelope, source, null)));
        found.put("heartbeat", record(beat, new Struct(beat).put("ts_ms", NOW)));
        found.put("transaction", record(end, new Struct(end).put("ts_ms", 3000L)));
        found.put("notification", record(notification, new Struct(notification).put("id", "a")));
        found.put("tombstone", record(null, null));
        found.put("schemaless", record(null, new HashMap<>(Map.of("source", Map.of("ts_ms", 1)))));
        found.put("text", record(Schema.STRING_SCHEMA, "text"));
        found.put("no-offset", new SourceRecord(null, null, "topic", null, null));
        return found;
    }

    private static Struct event(Schema envelope, Schema source, Long at) {
        return new Struct(envelope).put("source", new Struct(source).put("ts_ms", at)).put("ts_ms", 5000L);
    }

    private static SourceRecord record(Schema schema, Object value) {
        return new SourceRecord(Map.of("server", "shop"), Map.of("ts_sec", 2L), "topic", schema, value);
    }
}
