package rehearsal.iam;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was decided since a policy last changed.
 *
 * <p>A file tells that by its first 8 bytes, a big-endian long that is another one after each change. It is mapped: who
 * changes it must write into the file that is there.
 */
final class Decisions {
    private static final int MOST = 10_000;

    private final MappedByteBuffer generation;
    private volatile Known known;

    record Key(String principal, Authority.Question question) {
    }

    private record Known(long generation, Map<Key, Boolean> decisions) {
    }

    Decisions(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() < Long.BYTES) {
                throw new IOException("must hold " + Long.BYTES + " bytes, got " + channel.size());
            }
            generation = channel.map(MapMode.READ_ONLY, 0, Long.BYTES);
        }
        known = new Known(generation.getLong(0), new ConcurrentHashMap<>());
    }

    /** Those that hold now, to be fetched before the authority is asked; what it answers goes there. */
    Map<Key, Boolean> current() {
        long now = generation.getLong(0);
        Known found = known;
        if (found.generation() != now || found.decisions().size() >= MOST) {
            found = new Known(now, new ConcurrentHashMap<>());
            known = found;
        }
        return found.decisions();
    }
}
