import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Asks in the order in which a worker does: Kafka Connect first, then the connector, then what its task makes. */
public final class Judge implements Function<Map<String, String>, List<Map<String, String>>> {
    private final Worker worker = new Worker();

    @Override
    public List<Map<String, String>> apply(Map<String, String> properties) {
        Findings findings = new Findings(properties);
        worker.judge(properties, findings);
        Aliases.judge(properties, findings);
        worker.made(properties, findings);
        new Connector(properties, findings).judge();
        return findings.all();
    }
}
