package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workloads of kinds other than Deployment and ReplicaSet: each kind is watched from when it is
 * first asked for, so that no right is needed for kinds that nobody names, until nobody has named
 * it for some minutes. A kind that cannot be watched is tried again after a while; one whose watch
 * is being renewed is seen as it was ({@link Sighting}). Of kinds of which Ebb knows nothing, the
 * scale subresource is read, too, once for each change of the spec. Thread-safe; only its own
 * thread waits.
 */
final class OtherKinds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtherKinds.class);
    private static final long PAGE = 500;
    private static final long AGAIN_SECONDS = 10;
    private static final long CLOSE_SECONDS = 2;
    static final int KINDS_MAX = 50;

    /** Control names its kinds in each tick, and a replica that does not lead names none. */
    static final Duration RELEASED_AFTER = Duration.ofMinutes(5);

    private static final long RELEASE_EVERY_SECONDS = 30;

    /** The code of a hold for a kind whose watch has not begun, or has broken off. */
    static final String NOT_SEEN = "not_seen";

    /** How far it is with one kind. */
    private sealed interface State {
        record Opening() implements State {}

        record Watched(
                ResourceDefinitionContext context,
                SharedIndexInformer<GenericKubernetesResource> informer)
                implements State {}

        record Refused(Hold why) implements State {}
    }

    /** One kind that somebody names. */
    private final class One {
        private volatile State state = new State.Opening();
        private volatile long namedNanos = nanoTime.getAsLong();
        private volatile Sighting sighting = Sighting.none(nanoTime);

        private State named() {
            namedNanos = nanoTime.getAsLong();
            return state;
        }

        private boolean isForgotten() {
            return nanoTime.getAsLong() - namedNanos > RELEASED_AFTER.toNanos();
        }

        /** Another state, and with it another watch or none. */
        private void becomes(State next) {
            State before = state;
            sighting = Sighting.none(nanoTime);
            state = next;
            if (before instanceof State.Watched w) {
                w.informer.close();
            }
        }
    }

    private final KubernetesClient client;
    private final Optional<String> namespace;
    private final Slim slim;
    private final Informers.Listener listener;
    private final LongSupplier nanoTime;
    private final Map<Target.Kind, One> kinds = new ConcurrentHashMap<>();
    private final Map<Target, ScaleSeen> scales = new ConcurrentHashMap<>();
    private final Set<Target> reading = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread =
            new ScheduledThreadPoolExecutor(
                    1,
                    Thread.ofPlatform().daemon().name("kinds").factory(),
                    new ThreadPoolExecutor.DiscardPolicy());

    /**
     * @param namespace empty for all
     */
    OtherKinds(
            KubernetesClient client,
            Optional<String> namespace,
            Slim slim,
            Informers.Listener listener,
            LongSupplier nanoTime) {
        this.client = client;
        this.namespace = namespace;
        this.slim = slim;
        this.listener = listener;
        this.nanoTime = nanoTime;
        var _ =
                thread.scheduleWithFixedDelay(
                        this::release,
                        RELEASE_EVERY_SECONDS,
                        RELEASE_EVERY_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** The object as watched; its kind is watched from the first time on. */
    Optional<GenericKubernetesResource> find(Target target) {
        return switch (state(target.kind())) {
            case State.Watched w ->
                    Optional.ofNullable(
                            w.informer
                                    .getStore()
                                    .getByKey(
                                            Cache.namespaceKeyFunc(
                                                    target.namespace(), target.name())));
            case State.Opening() -> Optional.empty();
            case State.Refused(Hold _) -> Optional.empty();
        };
    }

    private State state(Target.Kind kind) {
        One known = kinds.get(kind);
        if (known != null) {
            return known.named();
        }
        if (kinds.size() >= KINDS_MAX) {
            return new State.Refused(
                    new Hold(
                            Reason.of("unsupported", "more than " + KINDS_MAX + " kinds are named"),
                            "fewer kinds as targets, for %d minutes"
                                    .formatted(RELEASED_AFTER.toMinutes())));
        }
        One one = new One();
        if (kinds.putIfAbsent(kind, one) == null) {
            thread.execute(() -> open(kind, one));
        }
        return one.state;
    }

    /** Lets go of kinds that nobody has named for long. */
    void release() {
        for (Target.Kind kind : List.copyOf(kinds.keySet())) {
            kinds.computeIfPresent(kind, (_, one) -> kept(kind, one));
        }
    }

    private @Nullable One kept(Target.Kind kind, One one) {
        if (!one.isForgotten()) {
            return one;
        }
        one.becomes(new State.Opening());
        scales.keySet().removeIf(t -> t.kind().equals(kind));
        reading.removeIf(t -> t.kind().equals(kind));
        LOG.info("{}s are not watched any more: nobody names them", kind.word());
        return null;
    }

    /** Those that are watched, or are to be. */
    Set<Target.Kind> kinds() {
        return Set.copyOf(kinds.keySet());
    }

    /** Why nothing is known of the workloads of a kind at this moment. */
    Optional<Hold> trouble(Target.Kind kind) {
        if (kind.equals(Target.Kind.DEPLOYMENT) || kind.equals(Target.Kind.REPLICA_SET)) {
            return Optional.empty();
        }
        State state = state(kind);
        if (state instanceof State.Refused(Hold why)) {
            return Optional.of(why);
        }
        boolean seen =
                state instanceof State.Watched w
                        && w.informer.hasSynced()
                        && w.informer.isWatching();
        One one = kinds.get(kind);
        return one == null || one.sighting.look(seen).lost().isPresent()
                ? Optional.of(
                        new Hold(
                                Reason.of(
                                        NOT_SEEN,
                                        "%ss are not watched yet, or not any more"
                                                .formatted(kind.word())),
                                "the API server's answer"))
                : Optional.empty();
    }

    private void open(Target.Kind kind, One one) {
        if (kinds.get(kind) != one) {
            return;
        }
        try {
            ResourceDefinitionContext context = KindLookup.of(client, kind);
            var resources = client.genericKubernetesResources(context);
            SharedIndexInformer<GenericKubernetesResource> informer =
                    (namespace.isPresent()
                                    ? resources.inNamespace(namespace.get())
                                    : resources.inAnyNamespace())
                            .withLimit(PAGE)
                            .runnableInformer(0);
            informer.itemStore(new SlimStore<>(slim::bare, Function.identity()));
            informer.addEventHandler(handler(kind));
            informer.exceptionHandler((started, _) -> started);
            one.becomes(new State.Watched(context, informer));
            informer.run();
            namespace.ifPresent(listener::changed);
        } catch (KindLookup.RefusedException e) {
            refused(kind, one, e.hold());
        } catch (KubernetesClientException e) {
            refused(kind, one, KindLookup.refused(kind, e));
        } catch (IllegalStateException e) {
            // The client was closed: this Ebb is ending.
            refused(
                    kind,
                    one,
                    KindLookup.refused(kind, new KubernetesClientException("closed", e)));
        }
    }

    private void refused(Target.Kind kind, One one, Hold why) {
        one.becomes(new State.Refused(why));
        later(() -> open(kind, one));
    }

    private void later(Runnable task) {
        var _ = thread.schedule(task, AGAIN_SECONDS, TimeUnit.SECONDS);
    }

    private ResourceEventHandler<GenericKubernetesResource> handler(Target.Kind kind) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource one) {
                changed(kind, one);
            }

            @Override
            public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource one) {
                changed(kind, one);
            }

            @Override
            public void onDelete(GenericKubernetesResource one, boolean unseen) {
                scales.remove(target(kind, one));
                changed(kind, one);
            }
        };
    }

    private void changed(Target.Kind kind, GenericKubernetesResource one) {
        String space = one.getMetadata().getNamespace();
        if (kind.equals(Target.Kind.SERVICE)) {
            listener.changed(space);
        } else {
            listener.changed(space, Set.of(target(kind, one)));
        }
    }

    private static Target target(Target.Kind kind, GenericKubernetesResource one) {
        return Informers.target(kind, one);
    }

    /**
     * Its scale subresource, for kinds of which Ebb knows nothing else. What is newer is asked for
     * meanwhile.
     */
    Optional<ScaleSeen> scale(Target target) {
        Optional<ScaleSeen> known = Optional.ofNullable(scales.get(target));
        Optional<GenericKubernetesResource> one = find(target);
        boolean fresh = known.filter(k -> k.selector().isPresent() && k.isOf(one)).isPresent();
        if (one.isPresent() && !fresh && reading.add(target)) {
            thread.execute(() -> read(target));
        }
        return known;
    }

    /** Why it is not known whose its pods are, where only its scale says that. */
    Optional<Hold> unread(Target target) {
        return target.kind().isKnown() || scale(target).flatMap(ScaleSeen::selector).isPresent()
                ? Optional.empty()
                : Optional.of(
                        new Hold(
                                Reason.of(
                                        NOT_SEEN,
                                        "the scale of %s is not read yet"
                                                .formatted(target.words())),
                                "the API server's answer"));
    }

    /** Not more often than every few seconds, unless it is known and complete. */
    private void read(Target target) {
        Optional<GenericKubernetesResource> one = find(target);
        if (one.isPresent() && state(target.kind()) instanceof State.Watched w) {
            try {
                Scale scale =
                        client.genericKubernetesResources(w.context)
                                .inNamespace(target.namespace())
                                .withName(target.name())
                                .scale();
                ScaleSeen seen = ScaleSeen.of(scale, one.get());
                scales.put(target, seen);
                if (seen.selector().isPresent()) {
                    reading.remove(target);
                    listener.changed(target.namespace(), Set.of(target));
                    return;
                }
            } catch (KubernetesClientException e) {
                LOG.debug("the scale of {} cannot be read", target.words(), e);
            } catch (IllegalStateException e) {
                // The client was closed: this Ebb is ending.
            }
        }
        later(() -> reading.remove(target));
    }

    /** Waits for what is under way for a moment only. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            // What is being opened would be open after all.
            var _ = thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kinds.values().forEach(one -> one.becomes(new State.Opening()));
    }
}
