import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.PrintStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.connect.runtime.isolation.PluginClassLoader;
import org.apache.log4j.Level;
import org.apache.log4j.Logger;

/**
* Runs the validation of connectors and of all classes in their configurations, without any connection.
 *
 * <p>Argument: a JSON file with {@code plugins}, the jars of each by its name, and {@code cases}, each with the plugin
 * and the properties of a connector. Prints a list of findings for each case. The class path has a worker's jars and
 * this program.
 */
public final class Deep {
    private final Map<String, Function<Map<String, String>, List<Map<String, String>>>> validators = new HashMap<>();
    private final JsonNode plugins;
    private final URL own = Deep.class.getProtectionDomain().getCodeSource().getLocation();

    private Deep(JsonNode plugins) {
        this.plugins = plugins;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // libraries print, too
        Logger.getRootLogger().setLevel(Level.WARN); // a worker logs whole configurations
        ObjectMapper mapper = new ObjectMapper();
        JsonNode order = mapper.readTree(new File(arguments[0]));
        Deep deep = new Deep(order.get("plugins"));
        List<List<Map<String, String>>> found = new ArrayList<>();
        for (JsonNode each : order.get("cases")) {
            Map<String, String> properties = new HashMap<>();
            each.get("properties").fields().forEachRemaining(one -> properties.put(one.getKey(), one.getValue().asText()));
            found.add(deep.validated(each.get("plugin").asText(), properties));
        }
        out.println(mapper.writeValueAsString(found));
        System.exit(0); // threads of a connector's libraries may still run
    }

    /** In a class loader like a worker's for the plugin: the plugin's classes come before the worker's. */
    private List<Map<String, String>> validated(String plugin, Map<String, String> properties) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (!validators.containsKey(plugin)) {
            validators.put(plugin, validator(plugins.get(plugin)));
        }
        Function<Map<String, String>, List<Map<String, String>>> validator = validators.get(plugin);
        thread.setContextClassLoader(validator.getClass().getClassLoader());
        try {
            return validator.apply(properties);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @SuppressWarnings("unchecked")
    private Function<Map<String, String>, List<Map<String, String>>> validator(JsonNode jars) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (JsonNode jar : jars) {
            urls.add(new File(jar.asText()).toURI().toURL());
        }
        urls.add(own);
        URL[] all = urls.toArray(new URL[0]);
        ClassLoader loader = new PluginClassLoader(all[0], all, Deep.class.getClassLoader());
        return (Function<Map<String, String>, List<Map<String, String>>>)
                loader.loadClass("Validator").getConstructor().newInstance();
    }
}
