package cdc;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs every ten seconds how many seconds ago the database committed what the task has last passed on; changes nothing.
 *
 * <p>The line ends in {@code cdc-lag CONNECTOR SECONDS}. The first comes with the first record, the last when the task
 * ends. A record costs one write of a reference: the rest is done in a thread, for the last record only.
 */
public final class Lag<R extends ConnectRecord<R>> implements Transformation<R> {
    private static final Logger LOG = LoggerFactory.getLogger(Lag.class);
    private static final String CONNECTOR = "connector";
    private static final String SERVER = "server";
    private static final String HEARTBEAT = "io.debezium.connector.common.Heartbeat";
    private static final long SECONDS = 10;
    private static final ConfigDef CONFIG = new ConfigDef()
            .define(CONNECTOR, ConfigDef.Type.STRING, "unnamed", ConfigDef.Importance.LOW, "the name in the line")
            .define(SERVER, ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "Debezium's topic.prefix");

    private final AtomicReference<R> last = new AtomicReference<>();
    private String connector = "unnamed";
    private String server = "";
    private ScheduledExecutorService timer;
    private long reached;
    private R seen;

    @Override
    public ConfigDef config() {
        return CONFIG;
    }

    @Override
    public void configure(Map<String, ?> configs) {
        connector = text(configs, CONNECTOR, connector);
        server = text(configs, SERVER, server);
    }

    private static String text(Map<String, ?> configs, String key, String missing) {
        Object value = configs.get(key);
        return value == null ? missing : value.toString();
    }

    @Override
    public R apply(R record) {
        last.lazySet(record);
        // Not earlier: Connect does not close the transforms of a task that never began.
        if (timer == null) {
            start();
        }
        return record;
    }

    private void start() {
        reached = System.currentTimeMillis();
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "cdc-lag-" + connector);
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleAtFixedRate(this::log, 0, SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }

    private void log() {
        try {
            R record = last.get();
            if (record != seen) {
                seen = record;
                long at = committed(record);
                reached = at > 0 ? at : reached;
            }
            long lag = Math.max(0, System.currentTimeMillis() - reached);
            LOG.info("cdc-lag {} {}.{}", connector, lag / 1000, lag % 1000 / 100);
        } catch (Exception error) { // would end the timer
            LOG.warn("the lag of {} is unknown", connector, error);
        }
    }

    /** When the database committed what {@code record} is about, in milliseconds since 1970; 0 where it says nothing. */
    long committed(R record) {
        if (record.value() instanceof Struct) {
            Struct value = (Struct) record.value();
            Object source = field(value, "source");
            long at = source instanceof Struct ? number(field((Struct) source, "ts_ms")) : 0;
            if (at > 0) {
                return at;
            }
            at = number(field(value, "ts_ms"));
            // A heartbeat has the time at which Debezium made it, also while it reads what is hours old.
            return at > 0 && HEARTBEAT.equals(value.schema().name()) ? at - behind() : at;
        }
        Map<String, ?> offset = record instanceof SourceRecord ? ((SourceRecord) record).sourceOffset() : null;
        return offset == null ? 0 : 1000 * number(offset.get("ts_sec"));
    }

    private static Object field(Struct struct, String name) {
        Field field = struct.schema().field(name);
        return field == null ? null : struct.get(field);
    }

    private static long number(Object value) {
        return value instanceof Number ? ((Number) value).longValue() : 0;
    }

    /** The age of the event that Debezium's reader has read last, captured or not, in milliseconds; 0 if unknown. */
    private long behind() {
        try {
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            String streaming = "debezium.*:type=connector-metrics,context=streaming,server=" + server + ",*";
            long most = 0;
            for (ObjectName name : beans.queryNames(new ObjectName(streaming), null)) {
                most = Math.max(most, number(beans.getAttribute(name, "MilliSecondsBehindSource")));
            }
            return most;
        } catch (Exception unknown) { // another release may name it otherwise
            return 0;
        }
    }
}
