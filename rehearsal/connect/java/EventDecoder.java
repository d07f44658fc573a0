package rehearsal.connect;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.connect.runtime.isolation.PluginClassLoader;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.storage.Converter;

/**
 * Decodes messages as an application does that has the connector's own converters.
 *
 * <p>Arguments: the plugin's folder, and a file with the properties of both converters. Each line of the input has a
 * topic, a key and a value, the latter in Base64 or {@code -} for none. Each line of the output has the key and the
 * value in JSON, or {@code !} and an error, its cause first.
 */
public final class EventDecoder {
    private static final String NONE = "-";

    private final Converter keys;
    private final Converter values;

    private EventDecoder(Path plugin, Map<String, String> properties) throws Exception {
        keys = converter(plugin, properties, "key.converter", true);
        values = converter(plugin, properties, "value.converter", false);
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err); // for what libraries print
        EventDecoder decoder = new EventDecoder(Path.of(arguments[0]), read(Path.of(arguments[1])));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(decoder.decode(line.split("\t", -1)));
        }
        out.flush();
    }

    private String decode(String[] message) {
        try {
            String key = text(keys, message[0], message[1]);
            return key + "\t" + text(values, message[0], message[2]);
        } catch (Exception | LinkageError error) {
            Throwable cause = error;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return "!\t" + Json.text(error == cause ? error.toString() : cause + " (" + error + ")");
        }
    }

    private static String text(Converter converter, String topic, String encoded) {
        if (NONE.equals(encoded)) {
            return "null"; // a tombstone: there is nothing to decode
        }
        return Json.value(converter.toConnectData(topic, Base64.getDecoder().decode(encoded)).value());
    }

    private static Map<String, String> read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader content = Files.newBufferedReader(file)) {
            properties.load(content);
        }
        Map<String, String> found = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> found.put(name, properties.getProperty(name).trim()));
        return found;
    }

    private static Converter converter(Path plugin, Map<String, String> properties, String name, boolean key)
        throws Exception {
        Class<?> found = load(plugin, properties.get(name));
        Thread.currentThread().setContextClassLoader(found.getClassLoader());
        Converter converter = (Converter) found.getDeclaredConstructor().newInstance();
        Map<String, String> own = new HashMap<>();
        String prefix = name + ".";
        properties.forEach((property, value) -> {
            if (property.startsWith(prefix)) {
                own.put(property.substring(prefix.length()), value);
            }
        });
        converter.configure(own, key);
        return converter;
    }

    /** From the plugin, isolated as in a worker; a name without a package is an alias of Kafka Connect's. */
    private static Class<?> load(Path plugin, String name) throws Exception {
        if (!name.contains(".")) {
            return new Plugins(Map.of("plugin.path", plugin.getParent().toString())).delegatingLoader().loadClass(name);
        }
        List<URL> jars = new ArrayList<>();
        try (Stream<Path> files = Files.walk(plugin)) {
            for (Path file : (Iterable<Path>) files.filter(one -> one.toString().endsWith(".jar"))::iterator) {
                jars.add(file.toUri().toURL());
            }
        }
        ClassLoader worker = EventDecoder.class.getClassLoader();
        return new PluginClassLoader(plugin.toUri().toURL(), jars.toArray(new URL[0]), worker).loadClass(name);
    }
}
