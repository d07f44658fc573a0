package rehearsal.iam;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.UUID;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who a client is.
 *
 * @param arn     of its role's session or its user
 * @param expires when it has to prove that again, in milliseconds since 1970
 */
record Identity(String arn, long expires) {
    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    /**
     * Asks the authority.
     *
     * @throws SaslAuthenticationException as MSK words every refusal; only the broker's log says why
     */
    static Identity of(Authority authority, String mechanism, String token) {
        String why;
        try {
            JsonNode answer = authority.authenticate(mechanism, token);
            if (answer.path("principal").isTextual() && answer.path("expires").isIntegralNumber()) {
                return new Identity(answer.path("principal").textValue(), answer.path("expires").longValue());
            }
            why = answer.path("refused").asText("the authority must answer principal and expires, or refused");
        } catch (IOException error) {
            why = "the authority cannot be asked: " + error;
        }
        UUID request = UUID.randomUUID();
        LOG.warn("[{}]: {} client refused: {}", request, mechanism, why);
        throw new SaslAuthenticationException("[" + request + "]: Access denied");
    }
}
