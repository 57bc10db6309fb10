package dev.ebb.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Changes only: what the data plane has is known from what it said at the start of the stream, and
 * from what was sent. So one that comes back to an Ebb that was started anew hears of what is gone.
 */
final class DeltaSubscription extends Subscription {
    private static final String ALL = "*";

    private final BooleanSupplier mayRemove;

    /** What the data plane was told, or said that it has: versions by name. */
    private final Map<String, String> known = new HashMap<>();

    /** What it said that it has, and that was not compared with anything yet. */
    private final Map<String, String> claimed = new HashMap<>();

    /** What it asked for, and must be told if there is no such thing. */
    private final Set<String> asked = new HashSet<>();

    private boolean heard;
    private boolean answered;

    /**
     * @param mayRemove whether nothing that the data plane still uses refers to what is gone
     */
    DeltaSubscription(Flavor flavor, ResourceType type, Store store, BooleanSupplier mayRemove) {
        super(flavor, type, store);
        this.mayRemove = mayRemove;
    }

    void onRequest(DeltaDiscoveryRequest request, long nowNanos) {
        if (!heard) {
            begin(request);
        }
        outstanding
                .filter(sent -> sent.nonce().equals(request.getResponseNonce()))
                .ifPresent(sent -> {
                    outstanding = Optional.empty();
                    if (request.hasErrorDetail()) {
                        refused(request.getErrorDetail().getMessage());
                    } else {
                        acknowledged(sent, nowNanos);
                    }
                });
        for (String name : request.getResourceNamesSubscribeList()) {
            subscribe(name, heard || !request.containsInitialResourceVersions(name));
        }
        request.getResourceNamesUnsubscribeList().forEach(this::unsubscribe);
        heard = true;
    }

    private void begin(DeltaDiscoveryRequest request) {
        wildcard = type.whole && request.getResourceNamesSubscribeCount() == 0;
        known.putAll(request.getInitialResourceVersionsMap());
        claimed.putAll(known);
    }

    /** What it said to have counts as acknowledged once it is what there is to be had. */
    private void checkClaims(long nowNanos) {
        claimed.entrySet()
                .removeIf(claim -> {
                    Optional<Resource> now = store.find(flavor, type, claim.getKey());
                    now.filter(r -> r.version().equals(claim.getValue()) && wants(r.name()))
                            .ifPresent(r -> accept(r, nowNanos));
                    return now.isPresent();
                });
    }

    private void subscribe(String name, boolean anew) {
        if (name.equals(ALL)) {
            wildcard = true;
            return;
        }
        names.add(name);
        asked.add(name);
        if (anew) {
            known.remove(name);
        }
    }

    private void unsubscribe(String name) {
        if (name.equals(ALL)) {
            wildcard = false;
            known.keySet().removeIf(had -> !names.contains(had));
            return;
        }
        names.remove(name);
        asked.remove(name);
        if (!wildcard) {
            known.remove(name);
            forget(name);
        }
    }

    private Map<String, Resource> changed() {
        Map<String, Resource> changed = new TreeMap<>();
        wanted().values().stream()
                .filter(r -> !r.version().equals(known.get(r.name())))
                .forEach(r -> changed.put(r.name(), r));
        return changed;
    }

    private Set<String> removed() {
        Set<String> removed = new HashSet<>();
        if (mayRemove.getAsBoolean()) {
            known.keySet().stream().filter(this::isGone).forEach(removed::add);
        }
        asked.stream()
                .filter(name -> !known.containsKey(name) && isGone(name))
                .forEach(removed::add);
        return removed;
    }

    private boolean isGone(String name) {
        return store.find(flavor, type, name).isEmpty() && !store.isHeld(type, name);
    }

    @Override
    boolean hasNews() {
        return (wildcard && !answered && known.isEmpty())
                || !changed().isEmpty()
                || !removed().isEmpty();
    }

    /** The next answer, unless one is on its way or nothing is new. */
    Optional<DeltaDiscoveryResponse> next(String nonce, long nowNanos) {
        checkClaims(nowNanos);
        if (outstanding.isPresent() || !hasNews()) {
            return Optional.empty();
        }
        Map<String, Resource> changed = changed();
        Set<String> removed = removed();
        answered = true;
        changed.values().forEach(r -> known.put(r.name(), r.version()));
        known.keySet().removeAll(removed);
        asked.removeAll(changed.keySet());
        asked.removeAll(removed);
        outstanding = Optional.of(new Sent(nonce, changed, removed));
        var answer =
                DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl(type.url)
                        .setNonce(nonce)
                        .setSystemVersionInfo(nonce)
                        .addAllRemovedResources(removed);
        changed.values()
                .forEach(r ->
                        answer.addResources(
                                io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
                                        .setName(r.name())
                                        .setVersion(r.version())
                                        .setResource(r.body())));
        return Optional.of(answer.build());
    }
}
