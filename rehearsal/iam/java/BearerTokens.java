package rehearsal.iam;

import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.internals.secured.BasicOAuthBearerToken;

/**
 * Validates the bearer tokens of Kafka's OAUTHBEARER, by which clients in other languages than Java sign in to MSK.
 *
 * <p>A refused token ends the authentication at once, with the message of AWS_MSK_IAM.
 */
public final class BearerTokens implements AuthenticateCallbackHandler {
    private AuthorizerClient authorizer;

    @Override
    public void configure(Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> jaas) {
        authorizer = new AuthorizerClient(settings);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (!(callback instanceof OAuthBearerValidatorCallback validation)) {
                throw new UnsupportedCallbackException(callback); // extensions, which Kafka then ignores
            }
            String token = validation.tokenValue();
            Identity identity = Identity.of(authorizer, "OAUTHBEARER", token);
            validation.token(new BasicOAuthBearerToken(token, Set.of(), identity.expires(), identity.arn(), null));
        }
    }

    @Override
    public void close() {
        // nothing to close
    }
}
