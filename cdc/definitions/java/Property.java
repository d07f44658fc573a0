import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The printed facts of one property, without those that are unknown or implied. */
final class Property {
    private static final String TAGS = "</?(a|b|br|code|em|i|li|ol|p|pre|strong|ul)(\\s[^<>]*)?/?>";

    private static final Pattern DEPRECATED =
            Pattern.compile("^\\W*deprecated|scheduled for removal", Pattern.CASE_INSENSITIVE);

    private final Map<String, Object> facts = new TreeMap<>();

    Property type(Object type) {
        return fact("type", type.toString().toLowerCase(Locale.ROOT));
    }

    Property standard(Object value) {
        return value == null ? this : fact("default", value.toString());
    }

    Property documentation(String text) {
        if (text == null || text.isBlank()) {
            return this;
        }
        return fact("documentation", plain(text)).flag("deprecated", DEPRECATED.matcher(text).find());
    }

    /** Without markup: Kafka's texts are HTML, Connector/J's have paragraph marks. */
    private static String plain(String text) {
        return text.replace("[CR]", " ").replaceAll(TAGS, "").strip().replaceAll("\\s+", " ");
    }

    Property importance(Object importance) {
        return fact("importance", importance.toString().toLowerCase(Locale.ROOT));
    }

    Property allowed(Collection<?> values) {
        TreeSet<String> words = new TreeSet<>();
        values.forEach(value -> words.add(String.valueOf(value)));
        return words.isEmpty() ? this : fact("allowed", words);
    }

    Property minimum(Number value) {
        return value == null ? this : fact("minimum", value);
    }

    Property maximum(Number value) {
        return value == null ? this : fact("maximum", value);
    }

    Property aliases(Collection<String> names) {
        return names.isEmpty() ? this : fact("aliases", new TreeSet<>(names));
    }

    Property format(String format) {
        return format == null ? this : fact("format", format);
    }

    Property flag(String name, boolean set) {
        return set ? fact(name, true) : this;
    }

    Property fact(String name, Object value) {
        facts.put(name, value);
        return this;
    }

    Map<String, Object> facts() {
        return facts;
    }
}
