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
import rehearsal.iam.Authority.Question;

/**
 * Lets IAM clients do what the authority allows, and everybody else everything: brokers and controllers talk plainly.
 *
 * <p>It judges by principal, never by listener: a KRaft broker forwards its clients' requests, under their names, to a
 * controller (KIP-590). Follows org.apache.kafka.server.authorizer.Authorizer (KIP-504).
 */
public final class IamAuthorizer implements Authorizer {
    private static final Logger LOG = LoggerFactory.getLogger(IamAuthorizer.class);
    private static final String GENERATION = "rehearsal.iam.generation";

    private Authority authority;
    private Decisions decisions;

    @Override
    public void configure(Map<String, ?> settings) {
        authority = new Authority(settings);
        String file = Authority.required(settings, GENERATION);
        try {
            decisions = new Decisions(Path.of(file));
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
        if (!judged(context)) {
            return Collections.nCopies(actions.size(), AuthorizationResult.ALLOWED);
        }
        return decide(context, actions.stream().map(IamAuthorizer::question).toList());
    }

    /**
     * Allowed for every resource of the type or not at all: IAM cannot be asked whether there is one that is allowed.
     *
     * <p>Kafka asks in one place, for an idempotent producer that it found may not IDEMPOTENT_WRITE; both denials it
     * would not log (KafkaApis.handleInitProducerIdRequest). They end the producer, so one is asked as if it would.
     */
    @Override
    public AuthorizationResult authorizeByResourceType(
        AuthorizableRequestContext context, AclOperation operation, ResourceType type) {
        if (!judged(context)) {
            return AuthorizationResult.ALLOWED;
        }
        AuthorizationResult all = decide(context, List.of(question(operation, type, "*", true))).get(0);
        if (all == AuthorizationResult.ALLOWED || operation != AclOperation.WRITE || type != ResourceType.TOPIC) {
            return all;
        }
        String cluster = Resource.CLUSTER_NAME;
        Question counts = question(AclOperation.IDEMPOTENT_WRITE, ResourceType.CLUSTER, cluster, false);
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
        // nothing is held open
    }

    private static SecurityDisabledException noAcls() {
        return new SecurityDisabledException("access is controlled by IAM: Kafka's ACLs are not in use");
    }

    private static boolean judged(AuthorizableRequestContext context) {
        return context.principal().getPrincipalType().equals(IamPrincipals.TYPE);
    }

    private static Question question(Action action) {
        var resource = action.resourcePattern();
        return new Question(action.operation().name(), resource.resourceType().name(), resource.name(),
            resource.patternType().name(), !action.logIfDenied());
    }

    private static Question question(AclOperation operation, ResourceType type, String name, boolean speculative) {
        return new Question(operation.name(), type.name(), name, PatternType.LITERAL.name(), speculative);
    }

    /** IAM has no right to create whatever topic: where it is denied Kafka asks for each topic. */
    private static boolean unknownToIam(Question question) {
        return question.type().equals("CLUSTER") && question.operation().equals("CREATE");
    }

    /** What the authority could not be asked is denied for this once. */
    private List<AuthorizationResult> decide(AuthorizableRequestContext context, List<Question> questions) {
        String principal = context.principal().getName();
        Map<Decisions.Key, Boolean> known = decisions.current();
        List<Question> open = questions.stream().distinct()
            .filter(question -> !unknownToIam(question) && !known.containsKey(new Decisions.Key(principal, question)))
            .toList();
        if (!open.isEmpty()) {
            try {
                String client = context.clientId() == null ? "" : context.clientId();
                List<Boolean> answers = authority.authorize(principal, client, open);
                for (int i = 0; i < open.size(); i++) {
                    known.put(new Decisions.Key(principal, open.get(i)), answers.get(i));
                }
            } catch (IOException error) {
                LOG.warn("{} is denied {}: the authority cannot be asked: {}", principal, open, error.toString());
            }
        }
        return questions.stream()
            .map(question -> known.getOrDefault(new Decisions.Key(principal, question), false))
            .map(allowed -> allowed ? AuthorizationResult.ALLOWED : AuthorizationResult.DENIED)
            .toList();
    }
}
