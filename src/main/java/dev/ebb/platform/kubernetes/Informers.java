package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is watched of one namespace, or of all: the lists are read once, and again only when the API
 * server has forgotten where a watch was (410); fabric8's informers see to that. A broken watch is
 * taken up again with growing pauses. What is seen is kept slim ({@link Slim}). Thread-safe.
 */
final class Informers implements AutoCloseable {
    private static final long PAGE = 500;
    private static final String PICKABLE = "pickable";
    private static final String SERVICE = "service";
    private static final String TARGET = "target";
    private static final String LABEL = "label";

    /** Told whose pods there is news of. Must not wait. */
    interface Listener {
        /**
         * @param workloads above what has changed: a pod's ReplicaSet, and its Deployment
         */
        void changed(String namespace, Set<Target> workloads);

        /** It may be about anything in the namespace. */
        void changed(String namespace);
    }

    private final List<SharedIndexInformer<?>> all = new ArrayList<>();
    private final Slim slim = new Slim();
    private final Listener listener;
    private final SlimStore<Pod, PodView> podStore =
            new SlimStore<>(slim::pod, PodView::of, Informers::owner);
    private final SlimStore<Deployment, WorkloadView> deployments =
            new SlimStore<>(slim::deployment, WorkloadView::of);
    private final SlimStore<ReplicaSet, WorkloadView> replicaSetStore =
            new SlimStore<>(slim::replicaSet, WorkloadView::of, Informers::owner);
    private final SlimStore<GenericKubernetesResource, ScaleSpec> scales =
            new SlimStore<>(slim::scale, ScaleSpec::of);
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final SharedIndexInformer<HorizontalPodAutoscaler> autoscalers;
    private final SharedIndexInformer<PodDisruptionBudget> budgets;
    private volatile Predicate<Throwable> again = _ -> false;
    private final OtherKinds others;

    /**
     * @param namespace empty for all
     */
    Informers(KubernetesClient client, Optional<String> namespace, Listener listener) {
        this.listener = listener;
        pods =
                informer(
                        namespace.isPresent()
                                ? client.pods().inNamespace(namespace.get())
                                : client.pods().inAnyNamespace(),
                        podStore,
                        this::owners);
        informer(
                namespace.isPresent()
                        ? client.apps().deployments().inNamespace(namespace.get())
                        : client.apps().deployments().inAnyNamespace(),
                deployments,
                d -> Set.of(target(Target.Kind.DEPLOYMENT, d)));
        informer(
                namespace.isPresent()
                        ? client.apps().replicaSets().inNamespace(namespace.get())
                        : client.apps().replicaSets().inAnyNamespace(),
                replicaSetStore,
                this::withOwners);
        var discovery = client.discovery().v1().endpointSlices();
        slices =
                informer(
                        namespace.isPresent()
                                ? discovery.inNamespace(namespace.get())
                                : discovery.inAnyNamespace(),
                        new SlimStore<>(slim::slice, Function.identity()),
                        this::offered);
        slices.addIndexers(Map.of(PICKABLE, Slices::pickable, SERVICE, Informers::service));
        var hpas = client.autoscaling().v2().horizontalPodAutoscalers();
        autoscalers =
                informer(
                        namespace.isPresent()
                                ? hpas.inNamespace(namespace.get())
                                : hpas.inAnyNamespace(),
                        new SlimStore<>(slim::bare, Function.identity()),
                        _ -> Set.of());
        autoscalers.addIndexers(Map.of(TARGET, Informers::scaled));
        var pdbs = client.policy().v1().podDisruptionBudget();
        budgets =
                informer(
                        namespace.isPresent()
                                ? pdbs.inNamespace(namespace.get())
                                : pdbs.inAnyNamespace(),
                        new SlimStore<>(slim::bare, Function.identity()),
                        _ -> Set.of());
        budgets.addIndexers(Map.of(LABEL, Informers::label));
        others = new OtherKinds(client, namespace, slim, listener, System::nanoTime);
        var resources = client.genericKubernetesResources(ScaleSpec.RESOURCE);
        informer(
                namespace.isPresent()
                        ? resources.inNamespace(namespace.get())
                        : resources.inAnyNamespace(),
                scales,
                _ -> Set.of());
    }

    /**
     * @param touched the workloads that have to be looked at when one of these changes; what is
     *     left out is seen at the next tick
     */
    private <T extends HasMetadata> SharedIndexInformer<T> informer(
            Informable<T> what, SlimStore<T, ?> store, Function<T, Set<Target>> touched) {
        SharedIndexInformer<T> informer = what.withLimit(PAGE).runnableInformer(0);
        informer.itemStore(store);
        informer.addEventHandler(
                new ResourceEventHandler<T>() {
                    @Override
                    public void onAdd(T one) {
                        changed(one);
                    }

                    @Override
                    public void onUpdate(T before, T one) {
                        changed(one);
                    }

                    @Override
                    public void onDelete(T one, boolean unseen) {
                        changed(one);
                    }

                    private void changed(T one) {
                        Set<Target> workloads = touched.apply(one);
                        if (!workloads.isEmpty()) {
                            listener.changed(one.getMetadata().getNamespace(), workloads);
                        }
                    }
                });
        informer.exceptionHandler((started, e) -> started || again.test(e));
        all.add(informer);
        return informer;
    }

    // ---- Whom a change is about

    static Target target(Target.Kind kind, HasMetadata one) {
        return new Target(one.getMetadata().getNamespace(), kind, one.getMetadata().getName());
    }

    private Set<Target> withOwners(ReplicaSet set) {
        Set<Target> all = new HashSet<>(owners(set));
        all.add(target(Target.Kind.REPLICA_SET, set));
        return all;
    }

    /** Who controls it, and who controls that. */
    private Set<Target> owners(HasMetadata one) {
        String namespace = one.getMetadata().getNamespace();
        Set<Target> all = new HashSet<>();
        controllers(one).forEach(o -> all.add(ownerIn(namespace, o)));
        for (Target set : List.copyOf(all)) {
            if (set.kind().equals(Target.Kind.REPLICA_SET)) {
                replicaSetStore
                        .find(key(set))
                        .ifPresent(
                                s -> controllers(s).forEach(o -> all.add(ownerIn(namespace, o))));
            }
        }
        return all;
    }

    private static Target ownerIn(String namespace, OwnerReference owner) {
        var kind = new Target.Kind(owner.getApiVersion(), owner.getKind());
        return new Target(namespace, kind, owner.getName());
    }

    /** Whose pods a slice offers. */
    private Set<Target> offered(EndpointSlice slice) {
        String namespace = slice.getMetadata().getNamespace();
        Set<Target> all = new HashSet<>();
        Optional.ofNullable(slice.getEndpoints()).orElse(List.of()).stream()
                .flatMap(e -> Optional.ofNullable(e.getTargetRef()).stream())
                .flatMap(t -> Optional.ofNullable(t.getName()).stream())
                .flatMap(name -> pod(namespace, name).stream())
                .map(Informers::controllers)
                .distinct()
                .flatMap(List::stream)
                .forEach(o -> {
                    Target owner = ownerIn(namespace, o);
                    all.add(owner);
                    replicaSetStore
                            .find(key(owner))
                            .ifPresent(s ->
                                    controllers(s).forEach(d -> all.add(ownerIn(namespace, d))));
                });
        return all;
    }

    private static List<OwnerReference> controllers(HasMetadata one) {
        return Optional.ofNullable(one.getMetadata().getOwnerReferences())
                .orElse(List.of())
                .stream()
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .toList();
    }

    /**
     * Reads the lists, and begins to watch.
     *
     * @param again whether a list that could not be read is asked for again
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when a list cannot be read
     */
    void start(Predicate<Throwable> again) {
        this.again = again;
        all.forEach(SharedIndexInformer::run);
    }

    /** Whether all that is watched is being watched at this moment. */
    boolean isWatching() {
        return all.stream().allMatch(i -> i.hasSynced() && i.isWatching());
    }

    // ---- What is seen

    private static List<String> owner(HasMetadata one) {
        return controllers(one).stream().map(OwnerReference::getUid).toList();
    }

    Stream<ScaleSpec> scales() {
        return scales.views();
    }

    Stream<Pod> pods() {
        return podStore.values();
    }

    Optional<Pod> pod(String namespace, String name) {
        return podStore.find(Cache.namespaceKeyFunc(namespace, name));
    }

    Optional<PodView> view(String namespace, String name) {
        return podStore.view(Cache.namespaceKeyFunc(namespace, name));
    }

    /** The view of a pod as it is given, if it is still the one that is seen. */
    PodView view(Pod pod) {
        return view(pod.getMetadata().getNamespace(), pod.getMetadata().getName())
                .filter(v -> v.uid().equals(pod.getMetadata().getUid()))
                .orElseGet(() -> PodView.of(pod));
    }

    Optional<WorkloadView> deployment(Target target) {
        return deployments.view(key(target));
    }

    Optional<WorkloadView> replicaSet(Target target) {
        return replicaSetStore.view(key(target));
    }

    private static String key(Target target) {
        return Cache.namespaceKeyFunc(target.namespace(), target.name());
    }

    /** Workloads of any other kind. */
    OtherKinds others() {
        return others;
    }

    /** The uid of a workload; empty when it is not seen. */
    Optional<String> uid(Target target) {
        if (target.kind().equals(Target.Kind.DEPLOYMENT)) {
            return deployment(target).map(WorkloadView::uid);
        }
        if (target.kind().equals(Target.Kind.REPLICA_SET)) {
            return replicaSet(target).map(WorkloadView::uid);
        }
        return others.find(target).map(o -> o.getMetadata().getUid());
    }

    /**
     * The pods of a workload: by who controls whom, or, where it is not known whether that leads to
     * all of them, by the selector in its scale.
     */
    List<Pod> podsOf(Target target, String uid) {
        return target.kind().isKnown()
                ? ownersIn(uid).flatMap(podStore::valuesIn).toList()
                : selected(target).flatMap(key -> podStore.find(key).stream()).toList();
    }

    /** As {@link #podsOf}; as a rule the same object as long as nothing of them changes. */
    List<PodView> viewsOf(Target target, String uid) {
        if (!target.kind().isKnown()) {
            return selected(target).flatMap(key -> podStore.view(key).stream()).toList();
        }
        List<List<PodView>> parts =
                ownersIn(uid).map(podStore::viewsIn).filter(l -> !l.isEmpty()).toList();
        return switch (parts.size()) {
            case 0 -> List.of();
            case 1 -> parts.getFirst();
            default -> parts.stream().flatMap(List::stream).toList();
        };
    }

    /** Keys of the pods that a workload's scale selects. */
    private Stream<String> selected(Target target) {
        return others.scale(target).flatMap(ScaleSeen::selector).stream()
                .flatMap(selector ->
                        pods
                                .getIndexer()
                                .indexKeys(Cache.NAMESPACE_INDEX, target.namespace())
                                .stream()
                                .filter(key ->
                                        podStore.find(key)
                                                .filter(p -> matches(selector, p))
                                                .isPresent()));
    }

    /** A workload, and the ReplicaSets that it makes its pods by: who its pods are owned by. */
    private Stream<String> ownersIn(String uid) {
        return Stream.concat(Stream.of(uid), setsOf(uid));
    }

    private Stream<String> setsOf(String uid) {
        return replicaSetStore.viewsIn(uid).stream().map(WorkloadView::uid);
    }

    private static boolean matches(LabelSelector selector, Pod pod) {
        return Holds.matches(
                selector, Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of()));
    }

    /** Whether a pod belongs to a workload. */
    boolean isOf(Target target, Pod pod) {
        if (!target.namespace().equals(pod.getMetadata().getNamespace())) {
            return false;
        }
        if (!target.kind().isKnown()) {
            // As long as that is not known, it may: nobody's gate is opened by mistake.
            return others.scale(target)
                    .flatMap(ScaleSeen::selector)
                    .map(s -> matches(s, pod))
                    .orElse(true);
        }
        List<String> owners = owner(pod);
        Optional<String> uid = uid(target);
        return uid.isEmpty()
                ? others.trouble(target.kind()).isPresent()
                : owners.contains(uid.get()) || setsOf(uid.get()).anyMatch(owners::contains);
    }

    /** Whether a service may send requests to the pod of this uid. */
    boolean isPickable(String uid) {
        return !slices.getIndexer().indexKeys(PICKABLE, uid).isEmpty();
    }

    Stream<EndpointSlice> slices() {
        return slices.getStore().list().stream();
    }

    /** All of a Service, whoever has written them. */
    List<EndpointSlice> slices(String namespace, String service) {
        return slices.getIndexer().byIndex(SERVICE, namespace + "/" + service);
    }

    private static List<String> service(EndpointSlice slice) {
        return Optional.ofNullable(slice.getMetadata().getLabels())
                .flatMap(l -> Optional.ofNullable(l.get(SlicePlan.SERVICE)))
                .map(name -> slice.getMetadata().getNamespace() + "/" + name)
                .stream()
                .toList();
    }

    /** Those that may be for this workload. */
    List<HorizontalPodAutoscaler> autoscalers(Target target) {
        return autoscalers.getIndexer().byIndex(TARGET, indexed(target.namespace(), target.name()));
    }

    private static List<String> scaled(HorizontalPodAutoscaler one) {
        String name = one.getSpec().getScaleTargetRef().getName();
        return List.of(indexed(one.getMetadata().getNamespace(), name));
    }

    /** By which keys those are found that may be for one of these pods. */
    static List<String> budgetKeys(String namespace, List<PodView> pods) {
        Stream<String> labels =
                pods.stream()
                        .map(p -> p.more().labels())
                        .distinct()
                        .flatMap(l -> l.entrySet().stream())
                        .map(e -> indexed(namespace, e.getKey() + "=" + e.getValue()))
                        .distinct();
        return Stream.concat(Stream.of(indexed(namespace, "")), labels).toList();
    }

    List<PodDisruptionBudget> budgets(List<String> keys) {
        return keys.stream()
                .flatMap(key -> budgets.getIndexer().byIndex(LABEL, key).stream())
                .toList();
    }

    /** One label that all of its pods have; without one, any may be its pod. */
    private static List<String> label(PodDisruptionBudget one) {
        String namespace = one.getMetadata().getNamespace();
        return List.of(
                Optional.ofNullable(one.getSpec().getSelector())
                        .flatMap(s -> Optional.ofNullable(s.getMatchLabels()))
                        .stream()
                        .flatMap(m -> m.entrySet().stream())
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .max(Comparator.naturalOrder())
                        .map(l -> indexed(namespace, l))
                        .orElse(indexed(namespace, "")));
    }

    private static String indexed(String namespace, String what) {
        return namespace + "/" + what;
    }

    @Override
    public void close() {
        all.forEach(SharedIndexInformer::close);
        others.close();
    }
}
