package org.apache.kafka.connect.runtime; // a stage of Connect's chain can be made only here

import cdc.Lag;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator;
import org.apache.kafka.connect.runtime.errors.ToleranceType;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Prints what the transform adds to a record in Connect's own chain, and what of it is its own: a line a round.
 *
 * <p>In nanoseconds of processor time, without what an empty chain takes.
 */
public final class LagCost {
    private static final int RECORDS = 5_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static SourceRecord reached;

    public static void main(String[] arguments) {
        SourceRecord[] several = new SourceRecord[1024];
        for (int number = 0; number < several.length; number++) {
            several[number] = change(number);
        }
        Lag<SourceRecord> lag = new Lag<>();
        lag.configure(Map.of("connector", "shop", "server", "shop"));
        try (TransformationChain<SourceRecord> empty = chain(List.of());
                TransformationChain<SourceRecord> measured = chain(List.of(new TransformationStage<>(lag)))) {
            for (int round = 0; round < Integer.parseInt(arguments[0]); round++) {
                double without = nanoseconds(several, empty::apply);
                double all = nanoseconds(several, measured::apply) - without;
                System.out.println(all + " " + (nanoseconds(several, lag::apply) - without));
            }
        }
    }

    private static TransformationChain<SourceRecord> chain(List<TransformationStage<SourceRecord>> stages) {
        return new TransformationChain<>(
                stages, new RetryWithToleranceOperator(0, 0, ToleranceType.NONE, Time.SYSTEM, null));
    }

    private static double nanoseconds(SourceRecord[] several, UnaryOperator<SourceRecord> step) {
        long began = THREADS.getCurrentThreadCpuTime();
        for (int number = 0; number < RECORDS; number++) {
            reached = step.apply(several[number & 1023]);
        }
        return (double) (THREADS.getCurrentThreadCpuTime() - began) / RECORDS;
    }

    private static SourceRecord change(int number) {
        Schema source = SchemaBuilder.struct().field("ts_ms", Schema.INT64_SCHEMA).build();
        Schema envelope = SchemaBuilder.struct().field("source", source).build();
        Struct event = new Struct(envelope).put("source", new Struct(source).put("ts_ms", System.currentTimeMillis()));
        return new SourceRecord(Map.of("server", "shop"), Map.of("pos", number), "shop.orders", envelope, event);
    }
}
