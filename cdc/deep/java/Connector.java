import io.debezium.config.Configuration;
import io.debezium.connector.common.BaseSourceConnector;
import io.debezium.connector.mysql.MySqlConnectorConfig;
import io.debezium.pipeline.notification.channels.NotificationChannel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.ConfigValue;

/** Debezium's own validation of its connector, without connecting to the database, and of its task's components. */
final class Connector {
    private static final String BY = "Debezium";

    private final Map<String, String> properties;
    private final Findings findings;

    Connector(Map<String, String> properties, Findings findings) {
        this.properties = properties;
        this.findings = findings;
    }

    void validate() {
        findings.of(BY, "connector.class", "", this::fields);
        if (findings.none()) { // as a worker does: no task starts with an invalid configuration
            findings.of(BY, "connector.class", "", this::made);
        }
    }

    /** The part of its validate() before it connects, which is not public in any release. */
    private void fields() throws Exception {
        Class<?> type = Class.forName(properties.get("connector.class"));
        Method method = BaseSourceConnector.class.getDeclaredMethod("validateAllFields", Configuration.class);
        method.setAccessible(true);
        Object connector = type.getConstructor().newInstance();
        @SuppressWarnings("unchecked")
        Map<String, ConfigValue> values = (Map<String, ConfigValue>) invoked(method, connector, configuration());
        findings.add(BY, "", values.values());
    }

    private static Object invoked(Method method, Object holder, Object argument) throws Exception {
        try {
            return method.invoke(holder, argument);
        } catch (InvocationTargetException error) {
            throw error.getCause() instanceof Exception cause ? cause : error;
        }
    }

    private void made() {
        MySqlConnectorConfig[] config = new MySqlConnectorConfig[1];
        findings.of(BY, "connector.class", "", () -> config[0] = new MySqlConnectorConfig(configuration()));
        if (config[0] == null) {
            return;
        }
        findings.of(BY, "schema.history.internal", "", () -> config[0].getSchemaHistory());
        List<String> enabled = Arrays.stream(properties.getOrDefault("notification.enabled.channels", "").split(","))
                .map(String::strip)
                .toList();
        for (NotificationChannel channel : ServiceLoader.load(NotificationChannel.class)) {
            if (enabled.contains(channel.name())) {
                findings.of(BY, "notification.enabled.channels", "", () -> channel.init(config[0]));
            }
        }
    }

    private Configuration configuration() {
        return Configuration.from(properties);
    }
}
