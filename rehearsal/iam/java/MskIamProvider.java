package rehearsal.iam;

import java.security.Provider;
import org.apache.kafka.common.security.auth.SecurityProviderCreator;

/** Registers AWS_MSK_IAM with Java, by the broker property {@code security.providers} (KIP-492). */
public final class MskIamProvider implements SecurityProviderCreator {
    @Override
    public Provider getProvider() {
        return new Mechanism();
    }

    private static final class Mechanism extends Provider {
        private static final long serialVersionUID = 1;

        Mechanism() {
            super("RehearsalMskIam", "1", "SASL server for " + MskIamSaslServer.MECHANISM);
            String factory = MskIamSaslServer.Factory.class.getName();
            putService(new Service(this, "SaslServerFactory", MskIamSaslServer.MECHANISM, factory, null, null));
        }
    }
}
