import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** Properties from Kafka's ConfigDef objects. */
final class Kafka {
    private static final Map<String, List<Class<?>>> KINDS = Map.of(
            "transforms", List.of(Transformation.class),
            "predicates", List.of(Predicate.class),
            "converters", List.of(Converter.class, HeaderConverter.class));

    private Kafka() {}

    /** Properties of {@code CLASS#MEMBER}; or for a kind of plugin, every class of that kind with its properties. */
    static Map<String, Object> section(String source) throws Exception {
        if (KINDS.containsKey(source)) {
            return plugins(KINDS.get(source));
        }
        String[] parts = source.split("#", 2);
        return properties(definition(Class.forName(parts[0]), parts[1]));
    }

    private static Map<String, Object> plugins(List<Class<?>> kinds) throws Exception {
        Map<String, Object> found = new TreeMap<>();
        for (Class<?> kind : kinds) {
            for (Class<?> type : ClassPath.implementing(kind, "org.apache.kafka.connect.")) {
                found.put(type.getName(), properties(config(ClassPath.instance(type))));
            }
        }
        return found;
    }

    static ConfigDef config(Object plugin) throws Exception {
        if (plugin instanceof HeaderConverter converter) {
            return converter.config();
        }
        if (plugin instanceof Converter) { // has no config() before Connect 3.1
            Method method = method(plugin.getClass(), "config");
            return method == null ? new ConfigDef() : (ConfigDef) method.invoke(plugin);
        }
        return plugin instanceof Predicate<?> predicate ? predicate.config() : ((Transformation<?>) plugin).config();
    }

    static Map<String, Object> properties(ConfigDef definition) throws Exception {
        Map<String, Object> found = new TreeMap<>();
        for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
            found.put(key.name, property(key).facts());
        }
        return found;
    }

    static Property property(ConfigDef.ConfigKey key) throws Exception {
        Property property = new Property().type(key.type()).importance(key.importance).documentation(key.documentation);
        if (key.hasDefault()) {
            property.standard(ConfigDef.convertToString(key.defaultValue, key.type()));
        }
        for (Object validator : parts(key.validator)) {
            property.minimum((Number) value(validator, "min")).maximum((Number) value(validator, "max"));
            if (value(validator, "validStrings") instanceof Collection<?> words) {
                property.allowed(spelt(words, key.defaultValue));
            }
        }
        if (key.recommender != null && key.dependents.isEmpty()) {
            property.allowed(spelt(key.recommender.validValues(key.name, Map.of()), key.defaultValue));
        }
        return property.flag("internal", key.internalConfig).flag("required", !key.hasDefault());
    }

    /** In lower case if the default is: validators then accept any case, and list an enumeration's constants. */
    private static List<String> spelt(Collection<?> words, Object standard) {
        List<String> found = words.stream().map(String::valueOf).toList();
        boolean set = standard != null && standard != ConfigDef.NO_DEFAULT_VALUE;
        boolean lower = set && !found.contains(standard.toString());
        return lower ? found.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList() : found;
    }

    /** A validator, and its components. */
    private static List<Object> parts(Object validator) throws Exception {
        List<Object> found = new ArrayList<>();
        if (validator == null) {
            return found;
        }
        found.add(validator);
        if (value(validator, "validators") instanceof Collection<?> others) {
            for (Object other : others) {
                found.addAll(parts(other));
            }
        }
        found.addAll(parts(value(validator, "validString")));
        return found;
    }

    private static Object value(Object holder, String name) throws Exception {
        if (holder.getClass().isHidden()) { // a lambda
            return null;
        }
        for (Field field : holder.getClass().getDeclaredFields()) {
            if (field.getName().equals(name) && !Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                return field.get(holder);
            }
        }
        return null;
    }

    private static ConfigDef definition(Class<?> type, String member) throws Exception {
        if (member.equals("new")) {
            return definition((AbstractConfig) type.getConstructor(Map.class).newInstance(WORKER));
        }
        Method method = method(type, member);
        if (method != null && method.getParameterCount() == 0) {
            return (ConfigDef) method.invoke(null);
        }
        Field field = type.getDeclaredField(member);
        field.setAccessible(true);
        return (ConfigDef) field.get(null);
    }

    private static final Map<String, String> WORKER = Map.of(
            "bootstrap.servers", "localhost:9092",
            "group.id", "any",
            "config.storage.topic", "any",
            "offset.storage.topic", "any",
            "status.storage.topic", "any",
            "key.converter", "org.apache.kafka.connect.storage.StringConverter",
            "value.converter", "org.apache.kafka.connect.storage.StringConverter");

    private static ConfigDef definition(AbstractConfig config) throws Exception {
        Field field = AbstractConfig.class.getDeclaredField("definition");
        field.setAccessible(true);
        return (ConfigDef) field.get(config);
    }

    private static Method method(Class<?> type, String name) {
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 0) {
                method.setAccessible(true);
                return method;
            }
        }
        return type.getSuperclass() == null ? null : method(type.getSuperclass(), name);
    }
}
