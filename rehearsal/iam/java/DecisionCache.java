package rehearsal.iam;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The decisions since a policy last changed.
 *
 * <p>A file's first 8 bytes, a big-endian long, change with every change of a policy. The file is mapped: it must be
 * written in place.
 */
final class DecisionCache {
    private static final int MAX_ENTRIES = 10_000;

    private final MappedByteBuffer generation;
    private volatile Known known;

    record Key(String principal, AuthorizerClient.Operation operation) {
    }

    private record Known(long generation, Map<Key, Boolean> decisions) {
    }

    DecisionCache(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() < Long.BYTES) {
                throw new IOException("must have " + Long.BYTES + " bytes, got " + channel.size());
            }
            generation = channel.map(MapMode.READ_ONLY, 0, Long.BYTES);
        }
        known = new Known(generation.getLong(0), new ConcurrentHashMap<>());
    }

    /** The valid decisions. Get them before calling the authorizer, and add its answers to them. */
    Map<Key, Boolean> current() {
        long now = generation.getLong(0);
        Known found = known;
        if (found.generation() != now || found.decisions().size() >= MAX_ENTRIES) {
            found = new Known(now, new ConcurrentHashMap<>());
            known = found;
        }
        return found.decisions();
    }
}
