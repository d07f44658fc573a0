import com.mysql.cj.conf.PropertyDefinition;
import com.mysql.cj.conf.PropertyDefinitions;
import io.debezium.config.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.transforms.Transformation;

/** Properties of a release of Debezium's MySQL connector, and of all other classes in its plugin. */
final class Debezium {
    private static final String ROOT = "io.debezium.";
    private static final String CONFIG = "io.debezium.connector.mysql.MySqlConnectorConfig";
    private static final Map<String, String> KINDS = Map.of(
            "transforms", Transformation.class.getName(),
            "converters", Converter.class.getName(),
            "custom_converters", "io.debezium.spi.converter.CustomConverter",
            "post_processors", "io.debezium.processors.spi.PostProcessor");
    private static final Map<String, String> SERVICES = Map.of(
            "snapshot_modes", "io.debezium.spi.snapshot.Snapshotter",
            "snapshot_locks", "io.debezium.snapshot.spi.SnapshotLock",
            "snapshot_queries", "io.debezium.snapshot.spi.SnapshotQuery",
            "signal_channels", "io.debezium.pipeline.signal.channels.SignalChannelReader",
            "notification_channels", "io.debezium.pipeline.notification.channels.NotificationChannel");

    Map<String, Object> definitions() throws Exception {
        Map<String, Object> found = new TreeMap<>();
        found.put("fields", fields()); // finds deprecated properties too
        found.put("connector", connector());
        for (var kind : KINDS.entrySet()) {
            found.put(kind.getKey(), plugins(Class.forName(kind.getValue())));
        }
        found.put("driver", driver());
        Map<String, Object> services = new TreeMap<>();
        for (var service : SERVICES.entrySet()) {
            services.put(service.getKey(), services(Class.forName(service.getValue())));
        }
        found.put("services", services);
        return found;
    }

    /** The connector's declared properties, including those hidden from Kafka Connect. */
    private Map<String, Object> connector() throws Exception {
        java.lang.reflect.Field all = Class.forName(CONFIG).getDeclaredField("ALL_FIELDS");
        all.setAccessible(true);
        Field.Set fields = (Field.Set) all.get(null);
        return Fields.properties(List.of(fields.asArray()));
    }

    /** The fields of every class, by class. */
    private Map<String, Object> fields() throws Exception {
        Map<String, Object> found = new TreeMap<>();
        for (Class<?> type : ClassPath.under(ROOT)) {
            List<Field> fields = Fields.of(type);
            if (!fields.isEmpty()) {
                found.put(type.getName(), Fields.properties(fields));
            }
        }
        return found;
    }

    private static Map<String, Object> plugins(Class<?> kind) throws Exception {
        Map<String, Object> found = new TreeMap<>();
        for (Class<?> type : ClassPath.implementing(kind, ROOT)) {
            found.put(type.getName(), plugin(type));
        }
        return found;
    }

    private static Map<String, Object> plugin(Class<?> type) throws Exception {
        Object plugin = ClassPath.instance(type);
        Map<String, Object> found = new TreeMap<>();
        if (plugin instanceof Transformation || plugin instanceof Converter) {
            found.putAll(Kafka.properties(Kafka.config(plugin)));
        }
        List<Field> fields = new ArrayList<>(Fields.described(plugin));
        for (Class<?> holder : holders(type)) {
            fields.addAll(Fields.of(holder));
        }
        found.putAll(Fields.properties(fields)); // more detailed than a ConfigDef
        for (Class<?> holder : holders(type)) {
            for (ConfigDef definition : definitions(holder)) {
                Kafka.properties(definition).forEach(found::putIfAbsent);
            }
            for (String name : names(holder)) {
                found.putIfAbsent(name, new Property().type(ConfigDef.Type.STRING).facts());
            }
        }
        return found;
    }

    /** A class, its superclasses, and their classes with the suffix Config or ConfigDefinition. */
    private static List<Class<?>> holders(Class<?> type) {
        List<Class<?>> found = new ArrayList<>();
        for (Class<?> each = type; each != null && each.getName().startsWith(ROOT); each = each.getSuperclass()) {
            found.add(each);
            for (String suffix : List.of("ConfigDefinition", "Config")) {
                try {
                    found.add(Class.forName(each.getName() + suffix));
                } catch (ClassNotFoundException none) {
                    continue;
                }
            }
        }
        return found;
    }

    private static List<ConfigDef> definitions(Class<?> holder) throws Exception {
        List<ConfigDef> found = new ArrayList<>();
        for (var constant : holder.getDeclaredFields()) {
            if (Modifier.isStatic(constant.getModifiers()) && constant.getType() == ConfigDef.class) {
                constant.setAccessible(true);
                found.add((ConfigDef) constant.get(null));
            }
        }
        return found;
    }

    /** The property names in a class's own constants. */
    private static Collection<String> names(Class<?> holder) throws Exception {
        Collection<String> found = new TreeSet<>();
        for (var field : holder.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                field.setAccessible(true);
                String value = (String) field.get(null);
                if (value != null && value.matches("selector|[a-z]+(\\.[a-z]+)+")) {
                    found.add(value);
                }
            }
        }
        return found;
    }

    private static Collection<String> services(Class<?> service) throws Exception {
        Collection<String> found = new TreeSet<>();
        for (Object each : ServiceLoader.load(service)) {
            Method name = each.getClass().getMethod("name");
            name.setAccessible(true);
            try {
                found.add(String.valueOf(name.invoke(each)));
            } catch (InvocationTargetException error) {
                throw new IllegalStateException(each.getClass() + " does not say its name", error);
            }
        }
        return found;
    }

    private static Map<String, Object> driver() {
        Map<String, Object> found = new TreeMap<>();
        for (PropertyDefinition<?> each : PropertyDefinitions.PROPERTY_KEY_TO_PROPERTY_DEFINITION.values()) {
            Property property = new Property()
                    .type(each.getClass().getSimpleName().replace("PropertyDefinition", ""))
                    .standard(each.getDefaultValue())
                    .documentation(each.getDescription())
                    .fact("since", each.getSinceVersion());
            if (each.hasValueConstraints() && each.getAllowableValues() != null) {
                property.allowed(List.of(each.getAllowableValues()));
            }
            if (each.isRangeBased()) {
                property.minimum(each.getLowerBound()).maximum(each.getUpperBound());
            }
            if (each.hasCcAlias()) {
                property.aliases(List.of(each.getCcAlias()));
            }
            found.put(each.getName(), property.facts());
        }
        return found;
    }
}
