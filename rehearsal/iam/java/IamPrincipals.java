package rehearsal.iam;

import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SaslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/** Marks who authenticated by IAM; all else, and how a principal travels to a KRaft controller, is Kafka's. */
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
