package dev.ebb.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The state of the world: each answer holds all that was asked for. */
final class WholeSubscription extends Subscription {
    private static final String ALL = "*";

    private final Map<String, String> told = new HashMap<>();
    private String lastNonce = "";
    private boolean heard;
    private boolean answered;

    WholeSubscription(Flavor flavor, ResourceType type, Store store) {
        super(flavor, type, store);
    }

    /** Takes in a request; one that answers something older than the newest is not heeded. */
    void onRequest(DiscoveryRequest request, long nowNanos) {
        String nonce = request.getResponseNonce();
        boolean stale = !nonce.isEmpty() && !lastNonce.isEmpty() && !nonce.equals(lastNonce);
        if (stale) {
            return;
        }
        outstanding
                .filter(sent -> sent.nonce().equals(nonce))
                .ifPresent(sent -> {
                    outstanding = Optional.empty();
                    if (request.hasErrorDetail()) {
                        refused(request.getErrorDetail().getMessage());
                    } else {
                        acknowledged(sent, nowNanos);
                    }
                });
        subscribe(request.getResourceNamesList());
    }

    /** No name at all means all, as long as none was ever named; and so does a star. */
    private void subscribe(List<String> asked) {
        Set<String> now = Set.copyOf(asked);
        if (type.whole) {
            wildcard = now.contains(ALL) || (now.isEmpty() && (!heard || wildcard));
        }
        heard = true;
        names.retainAll(now);
        names.addAll(now);
        names.remove(ALL);
        told.keySet().removeIf(name -> !wants(name) && forgotten(name));
    }

    private boolean forgotten(String name) {
        forget(name);
        return true;
    }

    @Override
    boolean hasNews() {
        Map<String, Resource> wanted = wanted();
        if (type.whole) {
            return !answered || !versions(wanted).equals(told);
        }
        return wanted.values().stream().anyMatch(r -> !r.version().equals(told.get(r.name())));
    }

    private static Map<String, String> versions(Map<String, Resource> resources) {
        Map<String, String> versions = new TreeMap<>();
        resources.values().forEach(r -> versions.put(r.name(), r.version()));
        return versions;
    }

    /** The next answer, unless one is on its way or nothing is new. */
    Optional<DiscoveryResponse> next(String nonce) {
        if (outstanding.isPresent() || !hasNews()) {
            return Optional.empty();
        }
        Map<String, Resource> wanted = wanted();
        Map<String, String> versions = versions(wanted);
        told.clear();
        told.putAll(versions);
        answered = true;
        lastNonce = nonce;
        outstanding = Optional.of(new Sent(nonce, wanted, Set.of()));
        var answer =
                DiscoveryResponse.newBuilder()
                        .setTypeUrl(type.url)
                        .setNonce(nonce)
                        .setVersionInfo(
                                Resource.digest(
                                        versions.toString().getBytes(StandardCharsets.UTF_8)));
        new TreeMap<>(wanted).values().forEach(r -> answer.addResources(r.body()));
        return Optional.of(answer.build());
    }
}
