import io.debezium.config.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Properties out of Debezium's own Field objects. */
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
            found.putIfAbsent(field.name(), property(field, new Asking(field, fields)).facts());
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static Property property(Field field, Asking asking) throws Exception {
        Property property = new Property()
                .type(field.type() == null ? "string" : field.type())
                .standard(field.defaultValueAsString())
                .documentation(field.description())
                .importance(field.importance())
                .allowed(asking.words())
                .minimum(asking.minimum())
                .maximum(asking.maximum())
                .format(asking.format())
                .flag("required", field.isRequired())
                .flag("internal", field.name().startsWith(Field.INTERNAL_PREFIX));
        if (asked(field, "deprecatedAliases") instanceof Set<?> aliases) {
            property.aliases((Set<String>) aliases);
        }
        return property;
    }
}
