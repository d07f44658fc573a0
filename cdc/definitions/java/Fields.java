import io.debezium.config.Configuration;
import io.debezium.config.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Properties out of Debezium's own Field objects, and what their validators let through. */
final class Fields {
    private Fields() {}

    /** Those that are constants of {@code type}. */
    static List<Field> of(Class<?> type) throws Exception {
        List<Field> found = new ArrayList<>();
        for (var constant : type.getDeclaredFields()) {
            if (Modifier.isStatic(constant.getModifiers()) && constant.getType() == Field.class) {
                constant.setAccessible(true);
                found.add((Field) constant.get(null));
            }
        }
        return found;
    }

    /** Those that a plugin says it has; from Debezium 3.5 on. */
    static List<Field> described(Object plugin) throws Exception {
        Field.Set fields = (Field.Set) asked(plugin, "getConfigFields");
        return fields == null ? List.of() : List.of(fields.asArray());
    }

    /** What a method says that not every release has; null where this one has not. */
    private static Object asked(Object holder, String name) throws Exception {
        for (Method method : holder.getClass().getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 0) {
                return method.invoke(holder);
            }
        }
        return null;
    }

    static Map<String, Object> properties(List<Field> fields) throws Exception {
        Map<String, Object> found = new TreeMap<>();
        for (Field field : fields) {
            found.putIfAbsent(field.name(), property(field).facts());
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static Property property(Field field) throws Exception {
        Property property = new Property()
                .type(field.type() == null ? "string" : field.type())
                .standard(field.defaultValueAsString())
                .documentation(field.description())
                .importance(field.importance())
                .flag("required", field.isRequired())
                .flag("internal", field.name().startsWith(Field.INTERNAL_PREFIX));
        if (asked(field, "deprecatedAliases") instanceof Set<?> aliases) {
            property.aliases((Set<String>) aliases);
        }
        if (field.allowedValues() != null) {
            property.allowed(accepted(field));
        }
        Range range = new Range(number -> valid(field, number));
        if (isNumber(field)) {
            property.minimum(range.minimum()).maximum(range.maximum());
        } else if (valid(field, "a.b") && !valid(field, "*(")) {
            property.fact("format", "regex");
        }
        return property;
    }

    /** An enumeration's words but for those that the connector refuses all the same. */
    private static List<String> accepted(Field field) {
        List<String> all = field.allowedValues().stream().map(String::valueOf).toList();
        List<String> found = all.stream().filter(word -> valid(field, word)).toList();
        return found.isEmpty() ? all : found;
    }

    private static boolean isNumber(Field field) {
        return switch (field.type() == null ? "" : field.type().name()) {
            case "INT", "LONG", "SHORT", "DOUBLE" -> true;
            default -> false;
        };
    }

    private static boolean valid(Field field, Object value) {
        Configuration alone = Configuration.from(Map.of(field.name(), String.valueOf(value)));
        try {
            return field.validate(alone, (each, found, problem) -> {});
        } catch (RuntimeException error) {
            return false;
        }
    }
}
