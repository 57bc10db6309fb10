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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people: the statuses of ServiceScales, and Events. One thread of its own, which waits for
 * its pace; first come, first told, but a status in which only figures are new comes after all
 * others. Of a status only the newest is kept, and an Event for which there is no room is dropped.
 * Any thread.
 */
final class Teller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Teller.class);
    private static final int EVENTS_MAX = 1_024;

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
    private final Pace pace;
    private final String identity;
    private final LongSupplier nanoTime;
    private final Map<String, Told> told = new ConcurrentHashMap<>();

    /** By uid of a ServiceScale, or a number for an Event; guarded by {@link #lock}, as below. */
    private final Map<Object, Runnable> soon = new LinkedHashMap<>();

    private final Map<Object, Runnable> later = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private volatile boolean closed;
    private int events;
    private long eventNumber;

    /**
     * @param identity of this replica, for the Events
     */
    Teller(KubernetesClient client, Pace pace, String identity, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.client = client;
        this.pace = pace;
        this.identity = identity;
        this.thread = Thread.ofPlatform().daemon().name("teller").start(this::work);
    }

    /**
     * Writes a status if it says something new, or the last one was not accepted. Figures in its
     * sentences alone wait for some seconds.
     */
    void changed(ScaleSpec spec, Map<String, Object> status) {
        Told before = told.get(spec.uid());
        long now = nanoTime.getAsLong();
        boolean same = before != null && before.status.equals(status);
        if (same) {
            return;
        }
        boolean news = before == null || !gist(before.status).equals(gist(status));
        if (before == null || news || now - before.nanos >= FIGURES_NANOS) {
            told.put(spec.uid(), new Told(status, now));
            status(spec, status, news);
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

    // ---- What waits

    /** In the place of one that waits already. */
    private void status(ScaleSpec spec, Map<String, Object> status, boolean news) {
        Runnable write =
                () -> {
                    if (!(Written.attempt(pace, () -> patch(spec, status))
                            instanceof Written.Done)) {
                        told.remove(spec.uid());
                    }
                };
        lock.lock();
        try {
            if (news) {
                later.remove(spec.uid());
            }
            (news || soon.containsKey(spec.uid()) ? soon : later).put(spec.uid(), write);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void event(ScaleSpec spec, Decisions.Decision decision) {
        lock.lock();
        try {
            if (events < EVENTS_MAX) {
                events++;
                soon.put(eventNumber++, () -> Written.attempt(pace, () -> create(spec, decision)));
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            while (!closed) {
                tell(next());
            }
        } catch (InterruptedException e) {
            // Closed: what waits is not written any more.
        }
    }

    /** A mistake of ours in one must not keep the others from being told. */
    private static void tell(Runnable write) {
        try {
            write.run();
        } catch (RuntimeException e) {
            LOG.error("something could not be told", e);
        }
    }

    /** Waits for one that may be written. It is taken no earlier, so it is the newest by then. */
    private Runnable next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                long wait = pace.waitNanos();
                if (soon.isEmpty() && later.isEmpty()) {
                    changed.await();
                } else if (wait > 0) {
                    changed.awaitNanos(wait);
                } else {
                    return take();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Runnable take() {
        var first = (soon.isEmpty() ? later : soon).entrySet().iterator();
        var entry = first.next();
        first.remove();
        if (entry.getKey() instanceof Long) {
            events--;
        }
        return entry.getValue();
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
        closed = true;
        thread.interrupt();
    }
}
