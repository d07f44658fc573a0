package rehearsal.iam;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.UUID;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.apache.kafka.common.security.authenticator.SaslInternalConfigs;

/**
 * The server side of AWS_MSK_IAM: the client sends a signed request as JSON, the broker answers with a request id.
 *
 * <p>Follows IAMSaslClient and the README of github.com/aws/aws-msk-iam-auth.
 */
final class MskIamSaslServer implements SaslServer {
    static final String MECHANISM = "AWS_MSK_IAM";

    private final AuthorizerClient authorizer;
    private Identity identity;

    private MskIamSaslServer(Map<String, ?> settings) {
        authorizer = new AuthorizerClient(settings);
    }

    /** Gets the broker's whole configuration as {@code settings} (SaslServerAuthenticator.createSaslServer). */
    public static final class Factory implements SaslServerFactory {
        @Override
        public SaslServer createSaslServer(
            String mechanism, String protocol, String server, Map<String, ?> settings, CallbackHandler handler) {
            return MECHANISM.equals(mechanism) ? new MskIamSaslServer(settings) : null;
        }

        @Override
        public String[] getMechanismNames(Map<String, ?> settings) {
            return new String[] {MECHANISM};
        }
    }

    @Override
    public byte[] evaluateResponse(byte[] response) {
        identity = Identity.of(authorizer, MECHANISM, new String(response, UTF_8));
        return "{\"version\":\"2020_10_22\",\"request-id\":\"%s\"}".formatted(UUID.randomUUID()).getBytes(UTF_8);
    }

    @Override
    public String getMechanismName() {
        return MECHANISM;
    }

    @Override
    public boolean isComplete() {
        return identity != null;
    }

    @Override
    public String getAuthorizationID() {
        return identity.arn();
    }

    /** Kafka has the client authenticate again before {@code expires} (KIP-368). */
    @Override
    public Object getNegotiatedProperty(String name) {
        String expiry = SaslInternalConfigs.CREDENTIAL_LIFETIME_MS_SASL_NEGOTIATED_PROPERTY_KEY;
        return expiry.equals(name) ? identity.expires() : null;
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) {
        throw new IllegalStateException("the connection is protected by TLS only");
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) {
        throw new IllegalStateException("the connection is protected by TLS only");
    }

    @Override
    public void dispose() {
        // nothing to close
    }
}
