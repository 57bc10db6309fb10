package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What has to be written so that a Service's EndpointSlices offer what is wanted. An endpoint stays
 * in the slice where it is, so that only what has changed is written; whoever stops between two of
 * the writes leaves nobody out who was offered before and still is to be. Pure, but for {@link
 * #write}, which waits for the API server.
 *
 * @param create carried out first
 * @param update carried out then
 * @param delete carried out last
 */
record SlicePlan(
        List<EndpointSlice> create, List<EndpointSlice> update, List<EndpointSlice> delete) {
    /** Kubernetes' own controller puts so many into a slice, too. */
    static final int MOST = 100;

    static final String SERVICE = "kubernetes.io/service-name";
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String EBB = "ebb.dev";

    /** Slices differ in these, and cannot change their address type. */
    record Shape(String addressType, List<EndpointPort> ports) {
        Shape {
            ports = List.copyOf(ports);
        }

        static Shape of(EndpointSlice slice) {
            return new Shape(
                    slice.getAddressType(),
                    Optional.ofNullable(slice.getPorts()).orElse(List.of()));
        }
    }

    /** One endpoint of a pod. */
    record Wanted(Shape shape, Endpoint endpoint) {}

    /**
     * @param existing all of Ebb's slices of the Service
     * @param wanted at most one for each pod and address type; of none, nothing is changed
     * @param blank a new slice, with its labels and owner
     */
    static SlicePlan of(
            String service,
            List<EndpointSlice> existing,
            List<Wanted> wanted,
            Supplier<EndpointSlice> blank) {
        if (wanted.isEmpty()) {
            return new SlicePlan(List.of(), List.of(), List.of());
        }
        Map<Shape, Map<String, Endpoint>> shapes = new LinkedHashMap<>();
        wanted.forEach(w ->
                shapes.computeIfAbsent(w.shape(), _ -> new LinkedHashMap<>())
                        .put(uid(w.endpoint()), w.endpoint()));
        var making = new Making(service, existing, blank);
        shapes.forEach(making::place);
        List<EndpointSlice> others =
                existing.stream().filter(s -> !shapes.containsKey(Shape.of(s))).toList();
        making.delete.addAll(others);
        return new SlicePlan(
                List.copyOf(making.create), List.copyOf(making.update), List.copyOf(making.delete));
    }

    /**
     * The slices as they are, but for those endpoints; one of which nothing is left stays, empty.
     */
    static SlicePlan without(List<EndpointSlice> existing, Predicate<Endpoint> gone) {
        List<EndpointSlice> update = new ArrayList<>();
        for (EndpointSlice slice : existing) {
            List<Endpoint> before = endpoints(slice);
            List<Endpoint> after = before.stream().filter(gone.negate()).toList();
            if (after.size() < before.size()) {
                update.add(new EndpointSliceBuilder(slice).withEndpoints(after).build());
            }
        }
        return new SlicePlan(List.of(), update, List.of());
    }

    /** The Service by whose EndpointSlices a ServiceScale parks: {@code namespace/name}. */
    static Optional<String> service(ScaleSpec spec) {
        return spec.park() instanceof Park.Slices(String service)
                ? Optional.of(spec.namespace() + "/" + service)
                : Optional.empty();
    }

    /** Of whose Service it is: {@code namespace/name}. */
    static String service(EndpointSlice slice) {
        var meta = slice.getMetadata();
        return meta.getNamespace() + "/" + meta.getLabels().get(SERVICE);
    }

    /** Whether Ebb has written it, and knows of which Service it is. */
    static boolean isOwn(EndpointSlice slice) {
        Map<String, String> labels =
                Optional.ofNullable(slice.getMetadata().getLabels()).orElse(Map.of());
        return EBB.equals(labels.get(MANAGED_BY)) && labels.containsKey(SERVICE);
    }

    /** Carries it out, one write after the other. Returns what went wrong. */
    Optional<String> write(KubernetesClient client, Fence fence, String namespace) {
        List<Written> all = new ArrayList<>();
        var slices = client.discovery().v1().endpointSlices().inNamespace(namespace);
        create.forEach(s -> all.add(Written.attempt(fence, () -> slices.resource(s).create())));
        update.forEach(s -> all.add(Written.attempt(fence, () -> slices.resource(s).update())));
        boolean done = all.stream().allMatch(Written.Done.class::isInstance);
        if (done) {
            // Not before those who move are offered elsewhere.
            delete.forEach(s -> all.add(Written.attempt(fence, () -> slices.resource(s).delete())));
        }
        return all.stream().map(Written::failure).flatMap(Optional::stream).findFirst();
    }

    boolean isEmpty() {
        return create.isEmpty() && update.isEmpty() && delete.isEmpty();
    }

    static String uid(Endpoint endpoint) {
        return Optional.ofNullable(endpoint.getTargetRef())
                .flatMap(t -> Optional.ofNullable(t.getUid()))
                .orElse("");
    }

    /** A plan on its way. */
    private static final class Making {
        private final String service;
        private final List<EndpointSlice> existing;
        private final Supplier<EndpointSlice> blank;
        private final Set<String> names;
        private final List<EndpointSlice> create = new ArrayList<>();
        private final List<EndpointSlice> update = new ArrayList<>();
        private final List<EndpointSlice> delete = new ArrayList<>();

        Making(String service, List<EndpointSlice> existing, Supplier<EndpointSlice> blank) {
            this.service = service;
            this.existing =
                    existing.stream()
                            .sorted(Comparator.comparing(s -> s.getMetadata().getName()))
                            .toList();
            this.blank = blank;
            this.names =
                    existing.stream()
                            .map(s -> s.getMetadata().getName())
                            .collect(Collectors.toCollection(HashSet::new));
        }

        void place(Shape shape, Map<String, Endpoint> wanted) {
            Map<String, Endpoint> rest = new LinkedHashMap<>(wanted);
            Map<EndpointSlice, List<Endpoint>> next = new LinkedHashMap<>();
            for (EndpointSlice slice : existing) {
                if (Shape.of(slice).equals(shape)) {
                    next.put(slice, stay(slice, rest));
                }
            }
            for (var one : next.entrySet()) {
                fill(one.getValue(), rest);
                change(one.getKey(), one.getValue());
            }
            while (!rest.isEmpty()) {
                List<Endpoint> endpoints = new ArrayList<>();
                fill(endpoints, rest);
                create.add(
                        new EndpointSliceBuilder(blank.get())
                                .editMetadata()
                                .withName(name())
                                .endMetadata()
                                .withAddressType(shape.addressType())
                                .withPorts(shape.ports())
                                .withEndpoints(endpoints)
                                .build());
            }
        }

        /** Those that are here already, as they are to be. */
        private static List<Endpoint> stay(EndpointSlice slice, Map<String, Endpoint> rest) {
            List<Endpoint> stay = new ArrayList<>();
            for (Endpoint one : endpoints(slice)) {
                Optional.ofNullable(rest.remove(uid(one))).ifPresent(stay::add);
            }
            return stay;
        }

        private static void fill(List<Endpoint> slice, Map<String, Endpoint> rest) {
            var waiting = rest.entrySet().iterator();
            while (slice.size() < MOST && waiting.hasNext()) {
                slice.add(waiting.next().getValue());
                waiting.remove();
            }
        }

        private void change(EndpointSlice slice, List<Endpoint> endpoints) {
            if (endpoints.isEmpty()) {
                delete.add(slice);
            } else if (!endpoints.equals(endpoints(slice))) {
                update.add(new EndpointSliceBuilder(slice).withEndpoints(endpoints).build());
            }
        }

        private String name() {
            int number = 1;
            while (!names.add(service + "-ebb-" + number)) {
                number++;
            }
            return service + "-ebb-" + number;
        }
    }

    static List<Endpoint> endpoints(EndpointSlice slice) {
        return Optional.ofNullable(slice.getEndpoints()).orElse(List.of());
    }
}
