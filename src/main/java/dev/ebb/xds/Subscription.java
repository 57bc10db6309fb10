package dev.ebb.xds;

import dev.ebb.core.InstanceId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One type of resources on one stream: what was asked for, sent, and acknowledged. At most one
 * answer of a type is on its way; what is newer waits for its acknowledgement, and then only the
 * newest is sent, so nothing piles up for a slow data plane. Under the lock of {@link Discovery}.
 */
abstract sealed class Subscription permits WholeSubscription, DeltaSubscription {

    /**
     * An answer that is on its way.
     *
     * @param resources what it says anew
     * @param removed what it says is gone
     */
    record Sent(String nonce, Map<String, Resource> resources, Set<String> removed) {
        Sent {
            resources = Map.copyOf(resources);
            removed = Set.copyOf(removed);
        }
    }

    final Flavor flavor;
    final ResourceType type;
    final Store store;
    final Set<String> names = new HashSet<>();
    boolean wildcard;
    Optional<Sent> outstanding = Optional.empty();
    private final Map<String, Resource> accepted = new HashMap<>();
    private final Map<String, Map<InstanceId, Long>> closedSince = new HashMap<>();
    private Optional<String> refusal = Optional.empty();

    Subscription(Flavor flavor, ResourceType type, Store store) {
        this.flavor = flavor;
        this.type = type;
        this.store = store;
    }

    final boolean wants(String name) {
        return wildcard || names.contains(name);
    }

    /** The data plane has what was sent. */
    final void acknowledged(Sent sent, long nowNanos) {
        refusal = Optional.empty();
        sent.resources().values().forEach(resource -> accept(resource, nowNanos));
        sent.removed().forEach(this::forget);
    }

    /** It keeps what it had. The same is not sent again before it changes. */
    final void refused(String why) {
        refusal = Optional.of(why);
    }

    final void accept(Resource resource, long nowNanos) {
        accepted.put(resource.name(), resource);
        Map<InstanceId, Long> since =
                closedSince.computeIfAbsent(resource.name(), name -> new HashMap<>());
        since.keySet().retainAll(resource.closed());
        resource.closed().forEach(id -> since.putIfAbsent(id, nowNanos));
    }

    final void forget(String name) {
        accepted.remove(name);
        closedSince.remove(name);
    }

    /** Why the newest answer was refused; empty once another was taken. */
    final Optional<String> refusal() {
        return refusal;
    }

    /**
     * The newest generation of a resource that is in use for certain; 0 for none. A resource that
     * is the same in two generations is acknowledged in both.
     */
    final long generation(String name) {
        Resource has = accepted.get(name);
        if (has == null) {
            return 0;
        }
        boolean other =
                outstanding
                        .map(sent -> sent.resources().get(name))
                        .filter(sent -> !sent.version().equals(has.version()))
                        .isPresent();
        return store.find(flavor, type, name)
                .filter(now -> !other && now.version().equals(has.version()))
                .orElse(has)
                .generation();
    }

    /** When it was acknowledged that an instance gets no new request (monotonic). */
    final Optional<Long> closedSince(InstanceId id) {
        return Optional.ofNullable(
                closedSince.getOrDefault(id.service().value(), Map.of()).get(id));
    }

    /** Whether all that is to be said was said, and acknowledged. */
    final boolean isSettled() {
        return outstanding.isEmpty() && !hasNews();
    }

    abstract boolean hasNews();

    final Map<String, Resource> wanted() {
        Map<String, Resource> wanted = new HashMap<>();
        if (wildcard) {
            Collection<Resource> all = store.all(flavor, type);
            all.forEach(resource -> wanted.put(resource.name(), resource));
        }
        for (String name : names) {
            store.find(flavor, type, name).ifPresent(resource -> wanted.put(name, resource));
        }
        return wanted;
    }
}
