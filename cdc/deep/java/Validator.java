import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Validates in a worker's order: Kafka Connect, then the connector, then its task's components. */
public final class Validator implements Function<Map<String, String>, List<Map<String, String>>> {
    private final Worker worker = new Worker();

    @Override
    public List<Map<String, String>> apply(Map<String, String> properties) {
        Findings findings = new Findings(properties);
        worker.validate(properties, findings);
        Aliases.validate(properties, findings);
        worker.made(properties, findings);
        new Connector(properties, findings).validate();
        return findings.all();
    }
}
