import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;

/**
* Prints every property of the classes on the class path, as JSON.
 *
 * <p>Arguments: {@code debezium} for a release of the connector, or {@code kafka SECTION=CLASS#MEMBER...} for
* Kafka's definitions, where MEMBER is a static field or method with a ConfigDef, or {@code new}.
 */
public final class Definitions {
    private Definitions() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // libraries print too
        Map<String, Object> found = new TreeMap<>();
        if (arguments[0].equals("debezium")) {
            found.putAll(new Debezium().definitions());
        } else {
            for (int i = 1; i < arguments.length; i++) {
                String[] section = arguments[i].split("=", 2);
                found.put(section[0], Kafka.section(section[1]));
            }
        }
        ObjectMapper mapper = new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
        out.println(mapper.writeValueAsString(found));
    }
}
