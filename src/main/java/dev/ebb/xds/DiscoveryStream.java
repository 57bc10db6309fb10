package dev.ebb.xds;

import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One stream of one data plane, with all types or with one. Its state is guarded by {@link
 * Discovery}'s lock.
 *
 * @param <Q> requests
 * @param <R> answers
 * @param <S> what it keeps of each type
 */
abstract class DiscoveryStream<Q, R, S extends Subscription> implements StreamObserver<Q> {
    final Discovery discovery;
    final long openedNanos;
    final Map<ResourceType, S> subscriptions = new EnumMap<>(ResourceType.class);

    /** Services for which this stream has taken the place of one that was lost. */
    final Set<ServiceName> settled = new HashSet<>();

    private final Optional<ResourceType> only;
    private final ServerCallStreamObserver<R> out;
    private @Nullable Node node;
    private long nonces;
    private boolean closed;

    /**
     * @param only the one type of this stream; empty for all, each with its name in the request
     */
    DiscoveryStream(Discovery discovery, Optional<ResourceType> only, StreamObserver<R> out) {
        this.discovery = discovery;
        this.only = only;
        this.out = (ServerCallStreamObserver<R>) out;
        this.openedNanos = discovery.nanoTime();
        this.out.setOnCancelHandler(() -> discovery.closed(this));
    }

    @Override
    public final void onNext(Q request) {
        discovery.received(this, request);
    }

    @Override
    public final void onError(Throwable why) {
        discovery.closed(this);
    }

    @Override
    public final void onCompleted() {
        discovery.left(this);
        out.onCompleted();
    }

    // ---- Under the lock

    abstract Node nodeOf(Q request);

    abstract String typeOf(Q request);

    abstract S subscription(Flavor flavor, ResourceType type);

    abstract void take(S subscription, Q request, long nowNanos);

    abstract Optional<R> next(S subscription, String nonce);

    /** Takes in a request. A type that is not known here is never answered. */
    final void handle(Q request, long nowNanos) {
        if (node == null) {
            Node said = nodeOf(request);
            if (said.getId().isEmpty()) {
                fail(
                        Status.INVALID_ARGUMENT.withDescription(
                                "the first request has no node.id; give each data plane one of"
                                        + " its own"));
                return;
            }
            node = said;
            discovery.joined(this);
        }
        Flavor flavor = Flavor.of(node);
        Optional<ResourceType> type = only.or(() -> ResourceType.of(typeOf(request)));
        type.ifPresent(t -> {
            S subscription = subscriptions.computeIfAbsent(t, k -> subscription(flavor, k));
            Optional<String> before = subscription.refusal();
            take(subscription, request, nowNanos);
            subscription
                    .refusal()
                    .filter(why -> !before.equals(Optional.of(why)))
                    .ifPresent(why -> discovery.refused(this, t, why));
        });
    }

    /** Sends what is new, in the order of the types. */
    final void flush() {
        for (S subscription : subscriptions.values()) {
            if (closed) {
                return;
            }
            next(subscription, Long.toString(nonces + 1))
                    .ifPresent(answer -> {
                        nonces++;
                        out.onNext(answer);
                    });
        }
    }

    final void fail(Status status) {
        if (!closed) {
            out.onError(status.asRuntimeException());
            discovery.closed(this);
        }
    }

    /** Returns whether it was open. */
    final boolean close() {
        boolean was = !closed;
        closed = true;
        return was;
    }

    final Optional<String> nodeId() {
        return Optional.ofNullable(node).map(Node::getId);
    }

    /** Whether it ends its stream only once it has nothing in flight any more. */
    final boolean endsInOrder() {
        return node != null && Flavor.of(node) == Flavor.EBB;
    }

    /** Whether its load reports say how long requests took. */
    final boolean reportsTimes() {
        return endsInOrder();
    }

    final boolean isAds() {
        return only.isEmpty();
    }

    private Optional<S> endpoints() {
        return Optional.ofNullable(subscriptions.get(ResourceType.ENDPOINT));
    }

    /** The generation in use; empty when this stream has not asked for the service. */
    final OptionalLong generation(ServiceName service) {
        return endpoints()
                .filter(s -> s.wants(service.value()))
                .map(s -> OptionalLong.of(s.generation(service.value())))
                .orElse(OptionalLong.empty());
    }

    final Optional<Long> closedSince(InstanceId id) {
        return endpoints().flatMap(s -> s.closedSince(id));
    }

    /** Why what it was sent last of a type was refused. */
    final Optional<String> refusal(ResourceType type) {
        return Optional.ofNullable(subscriptions.get(type)).flatMap(Subscription::refusal);
    }

    /** Why what it was sent last was refused, of whatever type. */
    final Optional<String> refusal() {
        return subscriptions.values().stream().flatMap(s -> s.refusal().stream()).findFirst();
    }
}
