package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells people: the statuses of ServiceScales, and Events. One thread of its own; what waits is
 * bounded, of a status only the newest is kept, and an Event for which there is no room is dropped.
 * Any thread.
 */
final class Teller implements AutoCloseable {
    private static final int WAITING_MAX = 1_024;

    private static final PatchContext OWN_STATUS =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager(Cluster.MANAGER)
                    .withForce(true)
                    .build();

    private static final long FIGURES_NANOS = 10_000_000_000L;

    /** What was written last, or is about to be. */
    private record Told(Map<String, Object> status, long nanos) {}

    private final KubernetesClient client;
    private final Fence fence;
    private final String identity;
    private final Map<String, Runnable> statuses = new ConcurrentHashMap<>();
    private final Map<String, Told> told = new ConcurrentHashMap<>();
    private final AtomicLong dropped = new AtomicLong();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(WAITING_MAX),
                    Thread.ofPlatform().daemon().name("teller").factory(),
                    (task, _) -> drop(task));

    /**
     * @param identity of this replica, for the Events
     */
    Teller(KubernetesClient client, Fence fence, String identity) {
        this.client = client;
        this.fence = fence;
        this.identity = identity;
    }

    /**
     * Writes a status if it says something new, or the last one was not accepted. Figures in its
     * sentences alone wait for some seconds.
     */
    void changed(ScaleSpec spec, Map<String, Object> status) {
        Told before = told.get(spec.uid());
        long now = System.nanoTime();
        boolean same = before != null && before.status.equals(status);
        boolean soon =
                before == null
                        || now - before.nanos >= FIGURES_NANOS
                        || !gist(before.status).equals(gist(status));
        if (!same && soon) {
            told.put(spec.uid(), new Told(status, now));
            status(spec, status);
        }
    }

    /** All but sentences. */
    private static Map<String, Object> gist(Map<String, Object> status) {
        Map<String, Object> gist = new LinkedHashMap<>(status);
        gist.keySet().removeAll(Set.of("reasons", "objective"));
        gist.replaceAll((_, value) -> unworded(value));
        return gist;
    }

    private static Object unworded(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(Teller::unworded).toList();
            case Map<?, ?> map -> {
                Map<Object, Object> rest = new LinkedHashMap<>(map);
                rest.keySet().removeAll(Set.of("message", "reasons"));
                yield rest;
            }
            default -> value;
        };
    }

    /** Forgets all others. */
    void retain(Set<String> uids) {
        told.keySet().retainAll(uids);
    }

    /** Writes a status soon; one that waits already is not written any more. */
    private void status(ScaleSpec spec, Map<String, Object> status) {
        Runnable write =
                () -> {
                    if (!(Written.attempt(fence, () -> patch(spec, status))
                            instanceof Written.Done)) {
                        told.remove(spec.uid());
                    }
                };
        boolean waits = statuses.put(spec.uid(), write) != null;
        if (!waits) {
            thread.execute(new Newest(spec.uid()));
        }
    }

    /** Writes the newest status there is by then. */
    private final class Newest implements Runnable {
        private final String uid;

        Newest(String uid) {
            this.uid = uid;
        }

        @Override
        public void run() {
            Runnable newest = statuses.remove(uid);
            if (newest != null) {
                newest.run();
            }
        }
    }

    /** There is no room: a status is told again at its next change, an Event is lost. */
    private void drop(Runnable task) {
        dropped.incrementAndGet();
        if (task instanceof Newest status) {
            statuses.remove(status.uid);
            told.remove(status.uid);
        }
    }

    private void patch(ScaleSpec spec, Map<String, Object> status) {
        var resource = new GenericKubernetesResource();
        resource.setApiVersion(ScaleSpec.GROUP + "/" + ScaleSpec.VERSION);
        resource.setKind(ScaleSpec.KIND);
        resource.setMetadata(
                new ObjectMetaBuilder()
                        .withName(spec.name())
                        .withNamespace(spec.namespace())
                        .withUid(spec.uid())
                        .build());
        resource.setAdditionalProperties(new LinkedHashMap<>(Map.of("status", status)));
        client.genericKubernetesResources(ScaleSpec.RESOURCE)
                .inNamespace(spec.namespace())
                .resource(resource)
                .subresource("status")
                .patch(OWN_STATUS, resource);
    }

    void event(ScaleSpec spec, Decisions.Decision decision) {
        thread.execute(() -> Written.attempt(fence, () -> create(spec, decision)));
    }

    private void create(ScaleSpec spec, Decisions.Decision decision) {
        String time =
                Instant.ofEpochMilli(decision.wallMillis())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString();
        String text = decision.line();
        client.v1()
                .events()
                .inNamespace(spec.namespace())
                .resource(
                        new EventBuilder()
                                .withNewMetadata()
                                .withName(
                                        "%s.%s"
                                                .formatted(
                                                        spec.name(),
                                                        UUID.randomUUID()
                                                                .toString()
                                                                .substring(0, 13)))
                                .withNamespace(spec.namespace())
                                .endMetadata()
                                .withNewInvolvedObject()
                                .withApiVersion(ScaleSpec.GROUP + "/" + ScaleSpec.VERSION)
                                .withKind(ScaleSpec.KIND)
                                .withName(spec.name())
                                .withNamespace(spec.namespace())
                                .withUid(spec.uid())
                                .endInvolvedObject()
                                .withType("Normal")
                                .withReason(ScaleStatus.camel(decision.action()))
                                .withMessage(text.length() > 1000 ? text.substring(0, 1000) : text)
                                .withNewSource()
                                .withComponent("ebb")
                                .withHost(identity)
                                .endSource()
                                .withFirstTimestamp(time)
                                .withLastTimestamp(time)
                                .withCount(1)
                                .build())
                .create();
    }

    /** What waits is not written any more. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
