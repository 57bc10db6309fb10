package dev.ebb.platform.kubernetes;

import dev.ebb.control.Clock;
import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The metrics API (metrics.k8s.io), which cannot be watched: one list for each namespace, every few
 * seconds. What it does not give is not there, and what it gives keeps its own timestamp. Of a pod
 * that has not been seen yet it is not known what is missing in its figures, so there are none.
 * Read by any thread; {@link #ask} is for one at a time, and waits.
 */
final class PodUsage {
    private final KubernetesClient client;
    private final Running running;
    private final Clock clock;
    private final Backpressure backpressure;
    private final Map<String, Map<String, Usage>> namespaces = new ConcurrentHashMap<>();
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    /** What a pod's figures must tell of. */
    interface Running {
        /** Names of the pod's containers that run; empty when nobody has seen the pod. */
        Optional<Set<String>> of(String namespace, String pod);
    }

    /**
     * @param backpressure while there is any, nothing is asked
     */
    PodUsage(KubernetesClient client, Running running, Clock clock, Backpressure backpressure) {
        this.backpressure = backpressure;
        this.client = client;
        this.running = running;
        this.clock = clock;
    }

    /** Asks once for all pods of a namespace. Pods that are gone are forgotten. */
    void ask(String namespace) {
        if (backpressure.leftNanos() > 0) {
            return;
        }
        List<PodMetrics> items;
        try {
            items = client.top().pods().inNamespace(namespace).metrics().getItems();
        } catch (KubernetesClientException e) {
            troubles.put(
                    namespace,
                    e.getCode() == 404
                            ? "there is no metrics API (metrics.k8s.io); install metrics-server"
                            : "the metrics API does not answer: " + e.getMessage());
            return;
        }
        troubles.remove(namespace);
        long now = clock.now().monotonicNanos();
        Map<String, Usage> before = namespaces.getOrDefault(namespace, Map.of());
        Map<String, Usage> next = HashMap.newHashMap(items.size());
        for (PodMetrics one : items) {
            String pod = one.getMetadata().getName();
            Optional<Usage> known = Optional.ofNullable(before.get(pod));
            running.of(namespace, pod)
                    .flatMap(containers -> Usage.after(known, one, containers, now))
                    .ifPresent(usage -> next.put(pod, usage));
        }
        // No copy: a map of the JDK's immutable kind takes several looks where it has thousands.
        namespaces.put(namespace, Collections.unmodifiableMap(next));
    }

    /** Of the pods of one namespace. */
    PodFigures in(String namespace) {
        return new PodFigures() {
            @Override
            public Optional<Usage> of(String pod) {
                return PodUsage.this.of(namespace, pod);
            }

            @Override
            public Optional<Hold> trouble() {
                return PodUsage.this
                        .trouble(namespace)
                        .map(why ->
                                new Hold(
                                        Reason.of("no_metrics", why),
                                        "a metrics API that answers"));
            }
        };
    }

    /** Forgets all others. */
    void retain(Set<String> asked) {
        namespaces.keySet().retainAll(asked);
        troubles.keySet().retainAll(asked);
    }

    Optional<Usage> of(String namespace, String pod) {
        return Optional.ofNullable(namespaces.getOrDefault(namespace, Map.of()).get(pod));
    }

    /** Why there are no figures. */
    Optional<String> trouble(String namespace) {
        return Optional.ofNullable(troubles.get(namespace));
    }
}
