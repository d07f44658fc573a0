package rehearsal.iam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/** Who judges the clients of one cluster: JSON over HTTP, on this machine. */
final class Authority {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP;

    static {
        // Where a kept connection has ended meanwhile java.net.http repeats a GET, and a POST only if told so.
        System.setProperty("jdk.httpclient.enableAllMethodRetry", "true");
        HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
    }

    private final String url;
    private final String cluster;

    /** A question in Kafka's words; speculative where Kafka would not log a denial (Action.logIfDenied). */
    record Question(String operation, String type, String name, String pattern, boolean speculative) {
    }

    Authority(Map<String, ?> settings) {
        url = required(settings, "rehearsal.iam.authority");
        cluster = required(settings, "rehearsal.iam.cluster");
    }

    /** A broker's own setting, which Kafka passes on as it found it. */
    static String required(Map<String, ?> settings, String key) {
        if (settings.get(key) instanceof String value && !value.isBlank()) {
            return value;
        }
        throw new ConfigException(key, settings.get(key), "must be set");
    }

    /** Who a client is that begins with {@code token}, or why it is refused. Its address is nothing Kafka tells. */
    JsonNode authenticate(String mechanism, String token) throws IOException {
        return ask("/authenticate", Map.of("cluster", cluster, "mechanism", mechanism, "token", token, "address", ""));
    }

    /** An answer to each question, in their order. */
    List<Boolean> authorize(String principal, String client, List<Question> questions) throws IOException {
        JsonNode answer = ask("/authorize",
            Map.of("cluster", cluster, "principal", principal, "client", client, "requests", questions));
        List<Boolean> allowed = new ArrayList<>();
        answer.path("allowed").forEach(one -> allowed.add(one.isBoolean() && one.booleanValue()));
        if (allowed.size() != questions.size()) {
            throw new IOException("the authority must answer " + questions.size() + " questions, got " + answer);
        }
        return allowed;
    }

    private JsonNode ask(String path, Map<String, ?> question) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(question)))
            .build();
        try {
            HttpResponse<byte[]> response = HTTP.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("the authority must answer 200, got " + response.statusCode());
            }
            return JSON.readTree(response.body());
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the authority was asked");
        }
    }
}
