import io.debezium.processors.spi.PostProcessor;
import io.debezium.spi.converter.CustomConverter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** Creates and configures the classes of a configuration's aliases, as a worker or a task does. */
final class Aliases {
    private static final String PLUGIN = "the plugin";

    private final Map<String, String> properties;
    private final Findings findings;

    private Aliases(Map<String, String> properties, Findings findings) {
        this.properties = properties;
        this.findings = findings;
    }

    static void validate(Map<String, String> properties, Findings findings) {
        Aliases aliases = new Aliases(properties, findings);
        for (String alias : aliases.listed("transforms")) {
            aliases.transform("transforms." + alias + ".");
        }
        for (String alias : aliases.listed("predicates")) {
            aliases.predicate("predicates." + alias + ".");
        }
        aliases.converters();
        for (String alias : aliases.listed("converters")) {
            aliases.column(alias + ".");
        }
        for (String alias : aliases.listed("post.processors")) {
            String prefix = "post.processors." + alias + ".";
            aliases.processor(properties.containsKey(prefix + "type") ? prefix : alias + ".");
        }
    }

    private void transform(String prefix) {
        made(prefix + "type", prefix, Transformation.class, transform -> {
            if (valid(transform.config(), prefix)) {
                transform.configure(behind(prefix));
            }
            transform.close();
        });
    }

    private void predicate(String prefix) {
        made(prefix + "type", prefix, Predicate.class, predicate -> {
            if (valid(predicate.config(), prefix)) {
                predicate.configure(behind(prefix));
            }
            predicate.close();
        });
    }

    private void converters() {
        for (String kind : List.of("key", "value")) {
            String prefix = kind + ".converter.";
            made(kind + ".converter", prefix, Converter.class,
                    converter -> converter.configure(typed(prefix, kind), kind.equals("key")));
        }
        made("header.converter", "header.converter.", HeaderConverter.class,
                converter -> converter.configure(typed("header.converter.", "header")));
    }

    private void column(String prefix) {
        needed(prefix + "type", "converters");
        made(prefix + "type", prefix, CustomConverter.class, converter -> {
            Properties own = new Properties();
            own.putAll(behind(prefix));
            converter.configure(own);
        });
    }

    private void processor(String prefix) {
        needed(prefix + "type", "post.processors");
        made(prefix + "type", prefix, PostProcessor.class, processor -> processor.configure(behind(prefix)));
    }

    /** Debezium's task would fail with a NullPointerException only. */
    private void needed(String property, String list) {
        if (!properties.containsKey(property)) {
            findings.add("Debezium", property, "every name in " + list + " needs its class");
        }
    }

    /** An action on a plugin. */
    private interface Use<T> {
        void of(T plugin) throws Exception;
    }

    private <T> void made(String property, String prefix, Class<T> kind, Use<T> use) {
        String name = properties.get(property);
        if (name == null) {
            return; // reported by Kafka Connect, or by needed()
        }
        findings.of(name, property, prefix, () -> {
            Class<?> type = type(name);
            if (type == null) {
                findings.add(PLUGIN, property, "no jar of the plugin or of the worker holds this class");
            } else if (!kind.isAssignableFrom(type)) {
                findings.add(PLUGIN, property, "it must be a " + kind.getSimpleName());
            } else {
                use.of(kind.cast(type.getConstructor().newInstance()));
            }
        });
    }

    /** Null for a missing class; names without a package are aliases, which only a worker's scan resolves. */
    private static Class<?> type(String name) {
        try {
            return Class.forName(name, true, Aliases.class.getClassLoader());
        } catch (ClassNotFoundException none) {
            return null;
        }
    }

    private boolean valid(ConfigDef definition, String prefix) {
        var values = definition.validate(behind(prefix));
        findings.add(properties.get(prefix + "type"), prefix, values);
        return values.stream().allMatch(value -> value.errorMessages().isEmpty());
    }

    private Map<String, String> behind(String prefix) {
        Map<String, String> found = new HashMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }

    private Map<String, String> typed(String prefix, String kind) {
        Map<String, String> found = behind(prefix);
        found.put("converter.type", kind);
        return found;
    }

    private List<String> listed(String property) {
        List<String> found = new ArrayList<>();
        for (String each : properties.getOrDefault(property, "").split(",")) {
            if (!each.isBlank()) {
                found.add(each.strip());
            }
        }
        return found;
    }
}
