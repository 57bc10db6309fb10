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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is watched of one namespace, or of all: the lists are read once, and again only when the API
 * server has forgotten where a watch was (410); fabric8's informers see to that. A broken watch is
 * taken up again with growing pauses. Thread-safe.
 */
final class Informers implements AutoCloseable {
    private static final long PAGE = 500;
    private static final String OWNER = "owner";
    private static final String PICKABLE = "pickable";
    private static final String SERVICE = "service";

    private final List<SharedIndexInformer<?>> all = new ArrayList<>();
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<Deployment> deployments;
    private final SharedIndexInformer<ReplicaSet> replicaSets;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final SharedIndexInformer<HorizontalPodAutoscaler> autoscalers;
    private final SharedIndexInformer<PodDisruptionBudget> budgets;
    private final SharedIndexInformer<GenericKubernetesResource> scales;
    private volatile Predicate<Throwable> again = _ -> false;
    private final OtherKinds others;

    /**
     * @param namespace empty for all
     * @param changed called with the namespace of whatever has changed; must not wait
     */
    Informers(KubernetesClient client, Optional<String> namespace, Consumer<String> changed) {
        pods =
                informer(
                        namespace.isPresent()
                                ? client.pods().inNamespace(namespace.get())
                                : client.pods().inAnyNamespace(),
                        changed);
        pods.addIndexers(Map.of(OWNER, Informers::owner));
        deployments =
                informer(
                        namespace.isPresent()
                                ? client.apps().deployments().inNamespace(namespace.get())
                                : client.apps().deployments().inAnyNamespace(),
                        changed);
        replicaSets =
                informer(
                        namespace.isPresent()
                                ? client.apps().replicaSets().inNamespace(namespace.get())
                                : client.apps().replicaSets().inAnyNamespace(),
                        changed);
        replicaSets.addIndexers(Map.of(OWNER, Informers::owner));
        var discovery = client.discovery().v1().endpointSlices();
        slices =
                informer(
                        namespace.isPresent()
                                ? discovery.inNamespace(namespace.get())
                                : discovery.inAnyNamespace(),
                        changed);
        slices.addIndexers(Map.of(PICKABLE, Slices::pickable, SERVICE, Informers::service));
        var hpas = client.autoscaling().v2().horizontalPodAutoscalers();
        autoscalers =
                informer(
                        namespace.isPresent()
                                ? hpas.inNamespace(namespace.get())
                                : hpas.inAnyNamespace(),
                        changed);
        var pdbs = client.policy().v1().podDisruptionBudget();
        budgets =
                informer(
                        namespace.isPresent()
                                ? pdbs.inNamespace(namespace.get())
                                : pdbs.inAnyNamespace(),
                        changed);
        others = new OtherKinds(client, namespace, changed);
        var resources = client.genericKubernetesResources(ScaleSpec.RESOURCE);
        scales =
                informer(
                        namespace.isPresent()
                                ? resources.inNamespace(namespace.get())
                                : resources.inAnyNamespace(),
                        changed);
    }

    private <T extends HasMetadata> SharedIndexInformer<T> informer(
            Informable<T> what, Consumer<String> changed) {
        SharedIndexInformer<T> informer = what.withLimit(PAGE).runnableInformer(0);
        informer.addEventHandler(
                new ResourceEventHandler<T>() {
                    @Override
                    public void onAdd(T one) {
                        changed.accept(one.getMetadata().getNamespace());
                    }

                    @Override
                    public void onUpdate(T before, T one) {
                        changed.accept(one.getMetadata().getNamespace());
                    }

                    @Override
                    public void onDelete(T one, boolean unseen) {
                        changed.accept(one.getMetadata().getNamespace());
                    }
                });
        informer.exceptionHandler((started, e) -> started || again.test(e));
        all.add(informer);
        return informer;
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

    private static List<String> owner(HasMetadata one) {
        return Optional.ofNullable(one.getMetadata().getOwnerReferences())
                .orElse(List.of())
                .stream()
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .map(OwnerReference::getUid)
                .toList();
    }

    Stream<GenericKubernetesResource> scales() {
        return scales.getStore().list().stream();
    }

    Stream<Pod> pods() {
        return pods.getStore().list().stream();
    }

    Optional<Pod> pod(String namespace, String name) {
        return Optional.ofNullable(
                pods.getStore().getByKey(Cache.namespaceKeyFunc(namespace, name)));
    }

    Optional<Deployment> deployment(Target target) {
        return find(deployments, target);
    }

    Optional<ReplicaSet> replicaSet(Target target) {
        return find(replicaSets, target);
    }

    private static <T> Optional<T> find(SharedIndexInformer<T> informer, Target target) {
        String key = Cache.namespaceKeyFunc(target.namespace(), target.name());
        return Optional.ofNullable(informer.getStore().getByKey(key));
    }

    /** Workloads of any other kind. */
    OtherKinds others() {
        return others;
    }

    /** The uid of a workload; empty when it is not seen. */
    Optional<String> uid(Target target) {
        if (target.kind().equals(Target.Kind.DEPLOYMENT)) {
            return deployment(target).map(d -> d.getMetadata().getUid());
        }
        if (target.kind().equals(Target.Kind.REPLICA_SET)) {
            return replicaSet(target).map(s -> s.getMetadata().getUid());
        }
        return others.find(target).map(o -> o.getMetadata().getUid());
    }

    /**
     * The pods of a workload: by who controls whom, or, where it is not known whether that leads to
     * all of them, by the selector in its scale.
     */
    List<Pod> podsOf(Target target, String uid) {
        if (!target.kind().isKnown()) {
            return others.scale(target).flatMap(ScaleSeen::selector).stream()
                    .flatMap(selector ->
                            pods
                                    .getIndexer()
                                    .byIndex(Cache.NAMESPACE_INDEX, target.namespace())
                                    .stream()
                                    .filter(p -> matches(selector, p)))
                    .toList();
        }
        return Stream.concat(Stream.of(uid), setsOf(uid))
                .flatMap(owner -> pods.getIndexer().byIndex(OWNER, owner).stream())
                .toList();
    }

    /** The ReplicaSets that a workload makes its pods by. */
    private Stream<String> setsOf(String uid) {
        return replicaSets.getIndexer().byIndex(OWNER, uid).stream()
                .map(set -> set.getMetadata().getUid());
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
        return !slices.getIndexer().byIndex(PICKABLE, uid).isEmpty();
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

    List<HorizontalPodAutoscaler> autoscalers(String namespace) {
        return autoscalers.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
    }

    List<PodDisruptionBudget> budgets(String namespace) {
        return budgets.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
    }

    @Override
    public void close() {
        all.forEach(SharedIndexInformer::close);
        others.close();
    }
}
