package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.platform.kubernetes.Fleet.Wanted;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The EndpointSlices that Ebb writes for a Service without a selector. They are also the record of
 * who is parked: an endpoint that serves and is not ready. Reads never wait; {@link #keep} does,
 * and is for one thread at a time.
 */
final class OwnSlices {
    private final KubernetesClient client;
    private final Informers informers;
    private final Target workload;
    private final Target service;
    private final Fence fence;

    /**
     * @param workload whose pods are offered
     * @param service in the same namespace
     */
    OwnSlices(
            KubernetesClient client,
            Informers informers,
            Target workload,
            String service,
            Fence fence) {
        this.client = client;
        this.informers = informers;
        this.workload = workload;
        this.service = new Target(workload.namespace(), Target.Kind.SERVICE, service);
        this.fence = fence;
    }

    /** Why Ebb does not write them. */
    Optional<Hold> hold() {
        Optional<Hold> unseen = informers.others().trouble(Target.Kind.SERVICE);
        if (unseen.isPresent()) {
            return unseen;
        }
        Optional<GenericKubernetesResource> seen = informers.others().find(service);
        if (seen.isEmpty()) {
            return Optional.of(
                    new Hold(
                            Reason.of("no_service", service.words() + " does not exist"),
                            service.words() + " being made, without a selector"));
        }
        return selects(seen.get())
                ? Optional.of(
                        new Hold(
                                Reason.of(
                                        "service_selects",
                                        service.words()
                                                + " has a selector, so that Kubernetes offers its"
                                                + " pods"),
                                "the selector being taken out of " + service.words()))
                : Optional.empty();
    }

    private static boolean selects(GenericKubernetesResource seen) {
        Tree spec = Tree.of(seen).in("spec");
        return spec.has("selector") && !spec.in("selector").map().isEmpty();
    }

    /**
     * By uid, whether a pod is offered. One that does not serve is not there: one that is parked
     * and unwell counts as neither after a restart, and comes back once it is well.
     */
    Map<String, Boolean> rotation() {
        Map<String, Boolean> all = new HashMap<>();
        for (EndpointSlice slice : own()) {
            for (Endpoint one : SlicePlan.endpoints(slice)) {
                boolean ready = Boolean.TRUE.equals(one.getConditions().getReady());
                boolean serving = Boolean.TRUE.equals(one.getConditions().getServing());
                if (ready || serving) {
                    all.merge(SlicePlan.uid(one), ready, Boolean::logicalOr);
                }
            }
        }
        return all;
    }

    private List<EndpointSlice> own() {
        return informers.slices(service.namespace(), service.name()).stream()
                .filter(SlicePlan::isOwn)
                .toList();
    }

    /**
     * Writes what has changed: opens at once, and closes what may be closed. Nothing is written as
     * long as the workload is not seen; and where none of its pods is, only those are taken out of
     * which the API server itself says that they are gone, since others may have their addresses
     * soon.
     *
     * @param wanted by uid
     * @param mayClose whether so many may be out of rotation
     * @return what went wrong
     */
    Optional<String> keep(Map<String, Wanted> wanted, IntPredicate mayClose) {
        Optional<GenericKubernetesResource> seen = informers.others().find(service);
        Optional<String> uid = informers.uid(workload);
        if (seen.isEmpty() || uid.isEmpty()) {
            return Optional.empty();
        }
        if (selects(seen.get())) {
            return giveWay();
        }
        int out = (int) wanted.values().stream().filter(w -> w == Wanted.OUT_OF_ROTATION).count();
        boolean close = mayClose.test(out);
        Map<String, Boolean> now = rotation();
        List<SlicePlan.Wanted> endpoints = new ArrayList<>();
        for (Pod pod : informers.podsOf(workload, uid.get())) {
            boolean isIn = now.getOrDefault(uid(pod), true);
            boolean open = isOpen(Optional.ofNullable(wanted.get(uid(pod))), isIn, close);
            endpoints.addAll(endpoints(Tree.of(seen.get()), pod, open));
        }
        if (endpoints.isEmpty()) {
            return write(
                    SlicePlan.without(
                            own(), e -> Sweep.isGone(client, informers, service.namespace(), e)));
        }
        return write(SlicePlan.of(service.name(), own(), endpoints, () -> blank(seen.get())));
    }

    /** Where nothing is wanted of a pod, a parked one stays so, and a new one is offered. */
    private static boolean isOpen(Optional<Wanted> want, boolean isIn, boolean mayClose) {
        return want.map(w -> w == Wanted.IN_ROTATION || (!mayClose && isIn)).orElse(isIn);
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    /**
     * Once Kubernetes' own slices offer all whom Ebb's do: those would offer whom these do not, and
     * before that somebody would be offered by none.
     */
    private Optional<String> giveWay() {
        List<EndpointSlice> others =
                informers.slices(service.namespace(), service.name()).stream()
                        .filter(s -> !SlicePlan.isOwn(s))
                        .toList();
        List<EndpointSlice> own = own();
        boolean covered =
                StraySlices.isCovered(
                        own, others, e -> Sweep.pod(informers, service.namespace(), e));
        return covered ? write(new SlicePlan(List.of(), List.of(), own)) : Optional.empty();
    }

    private static List<SlicePlan.Wanted> endpoints(Tree service, Pod pod, boolean open) {
        PodView view = PodView.of(pod);
        List<SlicePlan.Wanted> all = new ArrayList<>();
        if (view.phase() == PodView.Phase.ENDED) {
            return all;
        }
        boolean serving = view.ready();
        List<String> addresses =
                Optional.ofNullable(pod.getStatus().getPodIPs()).orElse(List.of()).stream()
                        .map(PodIP::getIp)
                        .toList();
        Object families = service.in("spec").map().get("ipFamilies");
        for (String address : addresses) {
            String type = address.contains(":") ? "IPv6" : "IPv4";
            if (families instanceof List<?> some && !some.contains(type)) {
                continue;
            }
            all.add(
                    new SlicePlan.Wanted(
                            new SlicePlan.Shape(type, SlicePorts.of(service, pod)),
                            new EndpointBuilder()
                                    .withAddresses(address)
                                    .withNodeName(pod.getSpec().getNodeName())
                                    .withNewConditions()
                                    .withReady(serving && open && !view.leaving())
                                    .withServing(serving)
                                    .withTerminating(view.leaving())
                                    .endConditions()
                                    .withNewTargetRef()
                                    .withKind("Pod")
                                    .withName(view.name())
                                    .withNamespace(pod.getMetadata().getNamespace())
                                    .withUid(view.uid())
                                    .endTargetRef()
                                    .build()));
        }
        return all;
    }

    /** They go with the Service, and not with the ServiceScale: the pods serve on. */
    private EndpointSlice blank(GenericKubernetesResource seen) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(service.namespace())
                .addToLabels(SlicePlan.SERVICE, service.name())
                .addToLabels(SlicePlan.MANAGED_BY, SlicePlan.EBB)
                .withOwnerReferences(
                        new OwnerReferenceBuilder()
                                .withApiVersion("v1")
                                .withKind("Service")
                                .withName(service.name())
                                .withUid(seen.getMetadata().getUid())
                                .withController(true)
                                .build())
                .endMetadata()
                .build();
    }

    private Optional<String> write(SlicePlan plan) {
        return plan.write(client, fence, service.namespace());
    }
}
