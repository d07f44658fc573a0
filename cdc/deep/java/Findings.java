import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigValue;

/** Findings, each once, with the property and what refuses it. */
final class Findings {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^}:]+:[^}]*}");
    private static final Pattern NAMED = Pattern.compile(
            "(?:issing required configuration|Unknown configuration) [\"']?([A-Za-z0-9._-]+)"
                    + "|for configuration ([A-Za-z0-9._-]+)(?=:|$)");
    private static final Pattern LOGGED = Pattern.compile("^The '([^']+)' value .*is invalid: ", Pattern.DOTALL);

    /** A check that throws if it fails. */
    interface Step {
        void run() throws Exception;
    }

    private final Map<String, String> properties;
    private final Set<List<String>> seen = new LinkedHashSet<>();

    Findings(Map<String, String> properties) {
        this.properties = properties;
    }

    /** Only the worker resolves placeholders. */
    void add(String by, String property, String message) {
        String value = properties.get(property);
        if (value == null || !PLACEHOLDER.matcher(value).find()) {
            seen.add(List.of(by, property, message));
        }
    }

    void add(String by, String prefix, Iterable<ConfigValue> values) {
        for (ConfigValue value : values) {
            for (String message : value.errorMessages()) {
                add(by, prefix + value.name(), message);
            }
        }
    }

    /**
     * Runs {@code step}; what it throws is reported for {@code property}, or for the one behind {@code prefix} that
     * the exception names. Releases without the class or the method that a step needs skip it.
     */
    void of(String by, String property, String prefix, Step step) {
        Errors errors = Errors.begin();
        try {
            step.run();
        } catch (LinkageError error) {
            System.err.println("skipped: " + by + " on " + property + ": " + error);
        } catch (Exception error) {
            if (!logged(by, prefix, errors.end())) {
                add(by, named(property, prefix, message(error)), message(error));
            }
        } finally {
            errors.end();
        }
    }

    /** Debezium often throws "Unable to validate config." and logs the details. */
    private boolean logged(String by, String prefix, List<String> errors) {
        boolean any = false;
        for (String error : errors) {
            Matcher match = LOGGED.matcher(error);
            if (match.find()) {
                add(by, prefix + match.group(1), error);
                any = true;
            }
        }
        return any;
    }

    boolean none() {
        return seen.isEmpty();
    }

    List<Map<String, String>> all() {
        List<Map<String, String>> found = new ArrayList<>();
        for (List<String> each : seen) {
            Map<String, String> finding = new LinkedHashMap<>();
            finding.put("by", each.get(0));
            finding.put("property", each.get(1));
            finding.put("message", each.get(2));
            found.add(finding);
        }
        return found;
    }

    /** Kafka's own exceptions sometimes have a sentence in the name's place: then it is about the whole class. */
    private static String named(String property, String prefix, String message) {
        Matcher match = NAMED.matcher(message);
        if (!match.find()) {
            return property;
        }
        String name = match.group(1) == null ? match.group(2) : match.group(1);
        return name.startsWith(prefix) ? name : prefix + name;
    }

    /** The message of the innermost cause that has one. */
    private static String message(Throwable error) {
        String message = error.getMessage();
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            message = cause.getMessage() == null ? message : cause.getMessage();
        }
        return message == null ? error.getClass().getName() : message;
    }
}
