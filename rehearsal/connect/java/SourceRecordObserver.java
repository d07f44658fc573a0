package rehearsal.connect;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * A transform that changes nothing: it stands before, between and after the connector's own, and logs what passes.
 *
 * <p>{@code next} names the transform behind it, empty for none; the first one has {@code connector}.
 */
public final class SourceRecordObserver implements Transformation<SourceRecord> {
    private static final String CONNECTOR = "connector";
    private static final String NEXT = "next";

    private String connector;
    private String next;
    private SourceRecordFacts facts;
    private SourceRecord last;
    private String json;

    @Override
    public ConfigDef config() {
        return new ConfigDef()
            .define(CONNECTOR, ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "the connector's name")
            .define(NEXT, ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "the transform behind this one");
    }

    @Override
    public void configure(Map<String, ?> properties) {
        connector = String.valueOf(properties.containsKey(CONNECTOR) ? properties.get(CONNECTOR) : "");
        next = String.valueOf(properties.containsKey(NEXT) ? properties.get(NEXT) : "");
        facts = new SourceRecordFacts(connector);
    }

    @Override
    public SourceRecord apply(SourceRecord record) {
        SourceRecordLog.Current current = SourceRecordLog.current();
        if (!connector.isEmpty()) {
            if (record != last) { // else Kafka Connect tries the same record again
                json = facts.json(record);
                last = record;
            }
            current.begin(json, next);
        } else if (!next.isEmpty()) {
            current.passed(next);
        }
        if (next.isEmpty()) {
            current.passedLast(record.topic());
        }
        return record;
    }

    @Override
    public void close() {
        if (!connector.isEmpty()) {
            SourceRecordLog.current().end();
        }
    }
}
