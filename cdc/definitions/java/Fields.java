import io.debezium.config.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Properties from Debezium's Field objects. */
final class Fields {
    /** Names of the constants that were found to be marked so. */
    static final Set<String> DEPRECATED = new HashSet<>();

    private Fields() {}

    /** Fields that are constants of {@code type}. */
    static List<Field> of(Class<?> type) throws Exception {
        List<Field> found = new ArrayList<>();
        for (var constant : type.getDeclaredFields()) {
            if (Modifier.isStatic(constant.getModifiers()) && constant.getType() == Field.class) {
                constant.setAccessible(true);
                Field field = (Field) constant.get(null);
                found.add(field);
                if (constant.isAnnotationPresent(Deprecated.class)) {
                    DEPRECATED.add(field.name());
                }
            }
        }
        return found;
    }

    /** Fields that a plugin describes, since Debezium 3.5. */
    static List<Field> described(Object plugin) throws Exception {
        Field.Set fields = (Field.Set) called(plugin, "getConfigFields");
        return fields == null ? List.of() : List.of(fields.asArray());
    }

    /** The result of a method; null in releases that do not have it. */
    private static Object called(Object holder, String name) throws Exception {
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
            found.putIfAbsent(field.name(), property(field, new Constraints(field, fields)).facts());
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static Property property(Field field, Constraints constraints) throws Exception {
        Property property = new Property()
                .type(field.type() == null ? "string" : field.type())
                .standard(field.defaultValueAsString())
                .documentation(field.description())
                .importance(field.importance())
                .allowed(constraints.words())
                .minimum(constraints.minimum())
                .maximum(constraints.maximum())
                .format(constraints.format())
                .flag("required", field.isRequired())
                .flag("deprecated", DEPRECATED.contains(field.name()))
                .flag("internal", field.name().startsWith(Field.INTERNAL_PREFIX));
        if (called(field, "deprecatedAliases") instanceof Set<?> aliases) {
            property.aliases((Set<String>) aliases);
        }
        return property;
    }
}
