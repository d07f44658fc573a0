package rehearsal.iam;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.UUID;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identity of a client.
 *
 * @param arn     the ARN of its role session
 * @param expires when it has to authenticate again, in milliseconds since 1970
 */
record Identity(String arn, long expires) {
    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    /**
     * Calls the authorizer.
     *
     * @throws SaslAuthenticationException with MSK's message, which is always the same; the broker's log has the reason
     */
    static Identity of(AuthorizerClient authorizer, String mechanism, String token) {
        String why;
        try {
            JsonNode answer = authorizer.authenticate(mechanism, token);
            if (answer.path("principal").isTextual() && answer.path("expires").isIntegralNumber()) {
                return new Identity(answer.path("principal").textValue(), answer.path("expires").longValue());
            }
            why = answer.path("refused").asText("the authorizer must answer principal and expires, or refused");
        } catch (IOException error) {
            why = "the authorizer cannot be reached: " + error;
        }
        UUID request = UUID.randomUUID();
        LOG.warn("[{}]: {} client refused: {}", request, mechanism, why);
        throw new SaslAuthenticationException("[" + request + "]: Access denied");
    }
}
