package rehearsal.connect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * Writes a line of JSON for each source record: what it was before any transform, and what became of it.
 *
 * <p>A line is written before its record is sent, by one write, so that a killed worker has logged everything that it
 * sent. The folder is the system property {@code rehearsal.source.records}; each process has a file of its own.
 */
final class SourceRecordLog {
    static final String FOLDER = "rehearsal.source.records";

    private static final long STUCK_NANOS = 1_000_000_000L;
    private static final long CHECK_MILLIS = 250;
    private static final ThreadLocal<Current> CURRENT = ThreadLocal.withInitial(SourceRecordLog::watched);
    private static final Set<Current> WATCHED = ConcurrentHashMap.newKeySet();
    private static final FileChannel FILE = open();

    static {
        Thread checks = new Thread(SourceRecordLog::check, "source-record-log");
        checks.setDaemon(true);
        checks.start();
    }

    private SourceRecordLog() {
    }

    /** The record that the calling thread transforms and sends: Kafka Connect does both for one after the other. */
    static Current current() {
        return CURRENT.get();
    }

    /** One record on its way; the checking thread reads it too. */
    static final class Current {
        private final Thread thread = Thread.currentThread();
        private String facts;
        private String next;
        private String topic;
        private boolean written;
        private long since;

        /** A record, in JSON without the closing brace, before the transform {@code label}. */
        synchronized void begin(String json, String label) {
            end();
            facts = json;
            topic = null;
            written = false;
            passed(label);
        }

        /** The record reaches the transform {@code label}; {@code topic} is null unless it passed the last one. */
        synchronized void passed(String label) {
            next = label;
            since = System.nanoTime();
        }

        synchronized void passedLast(String name) {
            topic = name;
            passed("");
        }

        /** Whether this is the record that {@code name} gets a message of; it is written and forgotten. */
        synchronized void sent(String name, String fingerprint) {
            if (facts != null && name.equals(topic)) {
                write(facts + ",\"topic\":" + Json.text(name) + ",\"sent\":\"" + fingerprint + "\"}\n");
                facts = null;
            }
        }

        /** The record before has no message: the transform that it reached last has dropped it. */
        synchronized void end() {
            writeDropped();
            facts = null;
        }

        private synchronized void writeIfStuck() {
            if (facts != null && System.nanoTime() - since > STUCK_NANOS) {
                writeDropped();
            }
        }

        private void writeDropped() {
            if (facts != null && !written) {
                write(facts + ",\"dropped\":" + Json.text(next) + "}\n");
                written = true;
            }
        }
    }

    static void write(String line) {
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try {
            synchronized (FILE) {
                while (bytes.hasRemaining()) {
                    FILE.write(bytes);
                }
            }
        } catch (IOException error) {
            throw new ConnectException("the log of source records cannot be written", error);
        }
    }

    private static Current watched() {
        Current current = new Current();
        WATCHED.add(current);
        return current;
    }

    /** The last record before a pause has no successor that would show that it was dropped. */
    private static void check() {
        while (true) {
            try {
                Thread.sleep(CHECK_MILLIS);
            } catch (InterruptedException end) {
                return;
            }
            WATCHED.removeIf(one -> !one.thread.isAlive());
            WATCHED.forEach(Current::writeIfStuck);
        }
    }

    private static FileChannel open() {
        long start = System.currentTimeMillis();
        String name = ProcessHandle.current().pid() + "-" + start + ".jsonl";
        try {
            Path folder = Files.createDirectories(Path.of(System.getProperty(FOLDER)));
            return FileChannel.open(folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
