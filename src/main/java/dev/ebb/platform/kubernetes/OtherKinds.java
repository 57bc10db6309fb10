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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workloads of kinds other than Deployment and ReplicaSet: each kind is watched from when it is
 * first asked for, so that no right is needed for kinds that nobody names. A kind that cannot be
 * watched is tried again after a while. Of kinds of which Ebb knows nothing, the scale subresource
 * is read, too, once for each change of the spec. Thread-safe; only its own thread waits.
 */
final class OtherKinds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtherKinds.class);
    private static final long PAGE = 500;
    private static final long AGAIN_SECONDS = 10;
    private static final int KINDS_MAX = 50;

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

    private final KubernetesClient client;
    private final Optional<String> namespace;
    private final Slim slim;
    private final Informers.Listener listener;
    private final Map<Target.Kind, State> states = new ConcurrentHashMap<>();
    private final Map<Target, ScaleSeen> scales = new ConcurrentHashMap<>();
    private final Set<Target> reading = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("kinds").factory());

    /**
     * @param namespace empty for all
     */
    OtherKinds(
            KubernetesClient client,
            Optional<String> namespace,
            Slim slim,
            Informers.Listener listener) {
        this.client = client;
        this.namespace = namespace;
        this.slim = slim;
        this.listener = listener;
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
        State known = states.get(kind);
        if (known != null) {
            return known;
        }
        if (states.size() >= KINDS_MAX) {
            return new State.Refused(
                    new Hold(
                            Reason.of("unsupported", "more than " + KINDS_MAX + " kinds are named"),
                            "fewer kinds as targets"));
        }
        State opening = new State.Opening();
        if (states.putIfAbsent(kind, opening) == null) {
            thread.execute(() -> open(kind));
        }
        return opening;
    }

    /** Why nothing is known of the workloads of a kind at this moment. */
    Optional<Hold> trouble(Target.Kind kind) {
        if (kind.equals(Target.Kind.DEPLOYMENT) || kind.equals(Target.Kind.REPLICA_SET)) {
            return Optional.empty();
        }
        return switch (state(kind)) {
            case State.Refused(Hold why) -> Optional.of(why);
            case State.Watched w when w.informer.hasSynced() && w.informer.isWatching() ->
                    Optional.empty();
            case State.Watched _, State.Opening() ->
                    Optional.of(
                            new Hold(
                                    Reason.of(
                                            NOT_SEEN,
                                            "%ss are not watched yet, or not any more"
                                                    .formatted(kind.word())),
                                    "the API server's answer"));
        };
    }

    private void open(Target.Kind kind) {
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
            states.put(kind, new State.Watched(context, informer));
            informer.run();
            namespace.ifPresent(listener::changed);
        } catch (KindLookup.RefusedException e) {
            refused(kind, e.hold());
        } catch (KubernetesClientException e) {
            refused(kind, KindLookup.refused(kind, e));
        } catch (IllegalStateException e) {
            // The client was closed: this Ebb is ending.
            refused(kind, KindLookup.refused(kind, new KubernetesClientException("closed", e)));
        }
    }

    private void refused(Target.Kind kind, Hold why) {
        State before = states.put(kind, new State.Refused(why));
        if (before instanceof State.Watched w) {
            w.informer.close();
        }
        later(() -> open(kind));
    }

    private void later(Runnable task) {
        if (!thread.isShutdown()) {
            var _ = thread.schedule(task, AGAIN_SECONDS, TimeUnit.SECONDS);
        }
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
        if (one.isPresent() && !fresh && !thread.isShutdown() && reading.add(target)) {
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
        if (one.isPresent() && states.get(target.kind()) instanceof State.Watched w) {
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

    @Override
    public void close() {
        thread.shutdownNow();
        for (State state : states.values()) {
            if (state instanceof State.Watched w) {
                w.informer.close();
            }
        }
    }
}
