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

/** Calls the authorizer of the rehearsal: JSON over HTTP, on this machine. */
final class AuthorizerClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP;

    static {
        // When a kept-alive connection was closed, java.net.http retries a GET, and a POST only with this property.
        System.setProperty("jdk.httpclient.enableAllMethodRetry", "true");
        HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
    }

    private final String url;
    private final String token;
    private final String cluster;

    /** A requested operation; speculative where Kafka would not log a denial (Action.logIfDenied). */
    record Operation(String operation, String type, String name, String pattern, boolean speculative) {
    }

    AuthorizerClient(Map<String, ?> settings) {
        url = required(settings, "rehearsal.iam.authorizer");
        token = required(settings, "rehearsal.iam.token");
        cluster = required(settings, "rehearsal.iam.cluster");
    }

    /** A setting from the broker's properties. */
    static String required(Map<String, ?> settings, String key) {
        if (settings.get(key) instanceof String value && !value.isBlank()) {
            return value;
        }
        throw new ConfigException(key, settings.get(key), "must be set");
    }

    /** Who a client is, by its first {@code message}, or why it is refused. Kafka does not pass its address. */
    JsonNode authenticate(String mechanism, String message) throws IOException {
        return post("/authenticate", Map.of("cluster", cluster, "mechanism", mechanism, "token", message, "address", ""));
    }

    /** Whether each operation is allowed, in the same order. */
    List<Boolean> authorize(String principal, String client, List<Operation> operations) throws IOException {
        JsonNode answer = post("/authorize",
            Map.of("cluster", cluster, "principal", principal, "client", client, "requests", operations));
        List<Boolean> allowed = new ArrayList<>();
        answer.path("allowed").forEach(one -> allowed.add(one.isBoolean() && one.booleanValue()));
        if (allowed.size() != operations.size()) {
            throw new IOException("the authorizer must decide " + operations.size() + " operations, got " + answer);
        }
        return allowed;
    }

    private JsonNode post(String path, Map<String, ?> body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .header("X-Rehearsal-Token", token)
            .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
            .build();
        try {
            HttpResponse<byte[]> response = HTTP.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("the authorizer must answer 200, got " + response.statusCode());
            }
            return JSON.readTree(response.body());
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while calling the authorizer");
        }
    }
}
