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
 * Judges the bearer tokens of Kafka's own OAUTHBEARER, which clients in other languages than Java sign in to MSK with.
 *
 * <p>A refused token ends the exchange at once, in the words of AWS_MSK_IAM.
 */
public final class BearerTokens implements AuthenticateCallbackHandler {
    private Authority authority;

    @Override
    public void configure(Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> jaas) {
        authority = new Authority(settings);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (!(callback instanceof OAuthBearerValidatorCallback validation)) {
                throw new UnsupportedCallbackException(callback); // extensions, which Kafka then ignores
            }
            String token = validation.tokenValue();
            Identity identity = Identity.of(authority, "OAUTHBEARER", token);
            validation.token(new BasicOAuthBearerToken(token, Set.of(), identity.expires(), identity.arn(), null));
        }
    }

    @Override
    public void close() {
        // nothing is held open
    }
}
