import io.debezium.config.Configuration;
import io.debezium.config.Field;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The values that a field's validators accept, found by trials: validators do not declare them. */
final class Constraints {
    private static final Set<String> NUMBERS = Set.of("INT", "LONG", "SHORT", "DOUBLE");
    private static final String NONSENSE = "qzx";
    private static final String UNFIT = "*(";
    private static final String[][] FORMATS = {
        {"list of valid regular expressions", "regex list"},
        {"regular expression", "regex"},
        {"alphanumeric characters", "name"},
        {"key/value pairs", "pairs"},
    };
    private static final List<String> WORDS = List.of("c", "r", "u", "d", "t", "m", "none", "all");
    private static final long[] USUAL = {1, 10, 100, 1000, 5000, 10000, 100000, 0};
    private static final long LEAST = Integer.MIN_VALUE;
    private static final long MOST = Integer.MAX_VALUE;

    private final Field field;
    private final Collection<Field> all;

    Constraints(Field field, Collection<Field> all) {
        this.field = field;
        this.all = all;
    }

    /** The accepted constants of an enumeration, or else the accepted ones of common values. */
    Collection<String> words() {
        if (field.allowedValues() != null && !field.allowedValues().isEmpty()) {
            List<String> declared = field.allowedValues().stream().map(String::valueOf).toList();
            List<String> found = declared.stream().filter(this::valid).toList();
            return found.isEmpty() ? declared : found;
        }
        boolean any = isNumber(field) || valid(NONSENSE);
        return any ? List.of() : WORDS.stream().filter(this::valid).toList();
    }

    /** The required format of a value, if its type does not imply it; or null. */
    String format() {
        String problem = problem(Map.of(field.name(), UNFIT));
        if (problem == null) {
            return null;
        }
        for (String[] format : FORMATS) {
            if (problem.contains(format[0])) {
                return format[1];
            }
        }
        return null;
    }

    /** The lowest integer that is valid with any values of other fields; null without a limit. */
    Long minimum() {
        return edge(LEAST, others("1"));
    }

    /** The highest such integer; null without a limit. */
    Long maximum() {
        return edge(MOST, others(String.valueOf(MOST)));
    }

    private Long edge(long outside, Map<String, String> others) {
        Predicate<Long> valid = number -> valid(String.valueOf(number), others);
        if (!isNumber(field) || valid.test(outside)) {
            return null;
        }
        for (long number : USUAL) {
            if (valid.test(number)) {
                return edge(outside, number, valid);
            }
        }
        return null;
    }

    private static Long edge(long outside, long within, Predicate<Long> valid) {
        while (Math.abs(outside - within) > 1) {
            long middle = (outside + within) / 2;
            if (valid.test(middle)) {
                within = middle;
            } else {
                outside = middle;
            }
        }
        return Math.abs(within) >= MOST - 1 ? null : Long.valueOf(within);
    }

    private static boolean isNumber(Field field) {
        return field.type() != null && NUMBERS.contains(field.type().name());
    }

    private Map<String, String> others(String value) {
        Map<String, String> found = new HashMap<>();
        all.stream().filter(Constraints::isNumber).forEach(each -> found.put(each.name(), value));
        return found;
    }

    private boolean valid(String value) {
        return valid(value, Map.of());
    }

    private boolean valid(String value, Map<String, String> others) {
        Map<String, String> values = new HashMap<>(others);
        values.put(field.name(), value);
        return problem(values) == null;
    }

    private String problem(Map<String, String> values) {
        StringBuilder messages = new StringBuilder();
        try {
            boolean valid = field.validate(Configuration.from(values), (each, value, problem) -> messages.append(problem));
            return valid ? null : messages.toString();
        } catch (RuntimeException error) {
            return String.valueOf(error.getMessage());
        }
    }
}
