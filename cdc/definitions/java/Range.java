import java.util.function.Predicate;

/** The whole numbers that a validator lets through, found by asking it. */
final class Range {
    private static final long[] USUAL = {1, 10, 100, 1000, 5000, 10000, 100000, 0};
    private static final long LEAST = Integer.MIN_VALUE;
    private static final long MOST = Integer.MAX_VALUE;

    private final Predicate<Long> valid;
    private final Long inside;

    Range(Predicate<Long> valid) {
        this.valid = valid;
        this.inside = first();
    }

    /** The lowest number that is valid; null where there is no such limit. */
    Long minimum() {
        return inside == null || valid.test(LEAST) ? null : edge(LEAST, inside);
    }

    /** The highest number that is valid; null where there is no such limit. */
    Long maximum() {
        return inside == null || valid.test(MOST) ? null : edge(MOST, inside);
    }

    private Long first() {
        for (long number : USUAL) {
            if (valid.test(number)) {
                return number;
            }
        }
        return null;
    }

    private long edge(long outside, long within) {
        while (Math.abs(outside - within) > 1) {
            long middle = (outside + within) / 2;
            if (valid.test(middle)) {
                within = middle;
            } else {
                outside = middle;
            }
        }
        return within;
    }
}
