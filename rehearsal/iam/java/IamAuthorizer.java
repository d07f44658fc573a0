package rehearsal.iam;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.*;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rehearsal.iam.AuthorizerClient.Operation;

/**
 * Allows IAM clients what the authorizer allows, and all other principals everything: brokers and controllers connect
 * without authentication.
 *
 * <p>It decides by principal, not by listener: a KRaft broker forwards its clients' requests, with their principals, to
 * a controller (KIP-590). Implements org.apache.kafka.server.authorizer.Authorizer (KIP-504).
 */
public final class IamAuthorizer implements Authorizer {
    private static final Logger LOG = LoggerFactory.getLogger(IamAuthorizer.class);
    private static final String GENERATION = "rehearsal.iam.generation";

    private AuthorizerClient authorizer;
    private DecisionCache decisions;

    @Override
    public void configure(Map<String, ?> settings) {
        authorizer = new AuthorizerClient(settings);
        String file = AuthorizerClient.required(settings, GENERATION);
        try {
            decisions = new DecisionCache(Path.of(file));
        } catch (IOException error) {
            throw new ConfigException(GENERATION, file, error.toString());
        }
    }

    @Override
    public Map<Endpoint, ? extends CompletionStage<Void>> start(AuthorizerServerInfo server) {
        return server.endpoints().stream()
            .collect(Collectors.toMap(endpoint -> endpoint, endpoint -> CompletableFuture.completedFuture(null)));
    }

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        if (!isIamClient(context)) {
            return Collections.nCopies(actions.size(), AuthorizationResult.ALLOWED);
        }
        return decide(context, actions.stream().map(IamAuthorizer::operation).toList());
    }

    /**
     * Allowed only for all resources of the type: IAM has no request for "any resource".
     *
     * <p>Kafka calls this for an idempotent producer without IDEMPOTENT_WRITE, and logs neither denial
     * (KafkaApis.handleInitProducerIdRequest). They end the producer, so the first is requested again as one that counts.
     */
    @Override
    public AuthorizationResult authorizeByResourceType(
        AuthorizableRequestContext context, AclOperation operation, ResourceType type) {
        if (!isIamClient(context)) {
            return AuthorizationResult.ALLOWED;
        }
        AuthorizationResult all = decide(context, List.of(operation(operation, type, "*", true))).get(0);
        if (all == AuthorizationResult.ALLOWED || operation != AclOperation.WRITE || type != ResourceType.TOPIC) {
            return all;
        }
        String cluster = Resource.CLUSTER_NAME;
        Operation counts = operation(AclOperation.IDEMPOTENT_WRITE, ResourceType.CLUSTER, cluster, false);
        return decide(context, List.of(counts)).get(0);
    }

    @Override
    public List<? extends CompletionStage<AclCreateResult>> createAcls(
        AuthorizableRequestContext context, List<AclBinding> bindings) {
        AclCreateResult refused = new AclCreateResult(noAcls());
        return Collections.nCopies(bindings.size(), CompletableFuture.completedFuture(refused));
    }

    @Override
    public List<? extends CompletionStage<AclDeleteResult>> deleteAcls(
        AuthorizableRequestContext context, List<AclBindingFilter> filters) {
        AclDeleteResult refused = new AclDeleteResult(noAcls());
        return Collections.nCopies(filters.size(), CompletableFuture.completedFuture(refused));
    }

    @Override
    public Iterable<AclBinding> acls(AclBindingFilter filter) {
        throw noAcls();
    }

    @Override
    public void close() {
        // nothing to close
    }

    private static SecurityDisabledException noAcls() {
        return new SecurityDisabledException("access is controlled by IAM: Kafka's ACLs are not in use");
    }

    private static boolean isIamClient(AuthorizableRequestContext context) {
        return context.principal().getPrincipalType().equals(IamPrincipals.TYPE);
    }

    private static Operation operation(Action action) {
        var resource = action.resourcePattern();
        return new Operation(action.operation().name(), resource.resourceType().name(), resource.name(),
            resource.patternType().name(), !action.logIfDenied());
    }

    private static Operation operation(AclOperation operation, ResourceType type, String name, boolean speculative) {
        return new Operation(operation.name(), type.name(), name, PatternType.LITERAL.name(), speculative);
    }

    /** IAM has no permission to create any topic: where it is denied Kafka requests it for each topic. */
    private static boolean unknownToIam(Operation operation) {
        return operation.type().equals("CLUSTER") && operation.operation().equals("CREATE");
    }

    /** Where the authorizer cannot be reached the operation is denied, and the decision not cached. */
    private List<AuthorizationResult> decide(AuthorizableRequestContext context, List<Operation> operations) {
        String principal = context.principal().getName();
        Map<DecisionCache.Key, Boolean> known = decisions.current();
        List<Operation> open = operations.stream().distinct()
            .filter(operation -> !unknownToIam(operation) && !known.containsKey(new DecisionCache.Key(principal, operation)))
            .toList();
        if (!open.isEmpty()) {
            try {
                String client = context.clientId() == null ? "" : context.clientId();
                List<Boolean> answers = authorizer.authorize(principal, client, open);
                for (int i = 0; i < open.size(); i++) {
                    known.put(new DecisionCache.Key(principal, open.get(i)), answers.get(i));
                }
            } catch (IOException error) {
                LOG.warn("{} is denied {}: the authorizer cannot be reached: {}", principal, open, error.toString());
            }
        }
        return operations.stream()
            .map(operation -> known.getOrDefault(new DecisionCache.Key(principal, operation), false))
            .map(allowed -> allowed ? AuthorizationResult.ALLOWED : AuthorizationResult.DENIED)
            .toList();
    }
}
