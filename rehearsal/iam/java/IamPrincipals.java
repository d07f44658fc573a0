package rehearsal.iam;

import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SaslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/** Gives IAM clients their own principal type; everything else is Kafka's default. */
public final class IamPrincipals extends DefaultKafkaPrincipalBuilder {
    static final String TYPE = "IAM";

    public IamPrincipals() {
        super(null, null);
    }

    @Override
    public KafkaPrincipal build(AuthenticationContext context) {
        return context instanceof SaslAuthenticationContext sasl
            ? new KafkaPrincipal(TYPE, sasl.server().getAuthorizationID()) : super.build(context);
    }
}
