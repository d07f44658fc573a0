import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.SourceConnectorConfig;

/** Kafka Connect's own validation of a source connector, its transforms, predicates and topic groups. */
final class Worker {
    private static final String BY = "Kafka Connect";

    // Does not scan for plugins: classes come from the thread's class loader, which is the plugin's.
    private final org.apache.kafka.connect.runtime.isolation.Plugins none =
            new org.apache.kafka.connect.runtime.isolation.Plugins(Map.of("plugin.discovery", "service_load"));

    void validate(Map<String, String> properties, Findings findings) {
        findings.of(BY, "transforms", "", () -> {
            ConfigDef whole = ConnectorConfig.enrich(none, SourceConnectorConfig.configDef(), properties, false);
            findings.add(BY, "", whole.validate(properties));
        });
    }

    /** Creates a task's components, if no part has findings. */
    void made(Map<String, String> properties, Findings findings) {
        if (findings.none()) {
            findings.of(BY, "transforms", "", () -> {
                SourceConnectorConfig config = new SourceConnectorConfig(none, properties, true);
                for (Method method : ConnectorConfig.class.getMethods()) {
                    // The latter is the name in Connect 2.7.
                    if (List.of("transformationStages", "transformations").contains(method.getName())) {
                        invoked(method, config);
                    }
                }
            });
        }
    }

    private static void invoked(Method method, Object holder) throws Exception {
        try {
            method.invoke(holder);
        } catch (InvocationTargetException error) {
            throw error.getCause() instanceof Exception cause ? cause : error;
        }
    }
}
