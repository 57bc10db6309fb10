package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * EndpointSlices of Ebb's that no ServiceScale is for any more. The Service may have no others, so
 * they stay: with everybody in rotation who is well, and without those who are gone, unless nobody
 * is left, which has to be asked ({@link Sweep}). Once others offer all of them, they go. New pods
 * are not put in: which are meant, nobody says any more. Pure.
 */
final class StraySlices {
    private StraySlices() {}

    /**
     * What has to be written for one Service.
     *
     * @param own Ebb's slices of it
     * @param others those that are not Ebb's
     * @param pods of an endpoint, as it is seen now
     */
    static SlicePlan of(
            List<EndpointSlice> own,
            List<EndpointSlice> others,
            Function<Endpoint, Optional<PodView>> pods) {
        if (isCovered(own, others, pods)) {
            return new SlicePlan(List.of(), List.of(), own);
        }
        List<EndpointSlice> update = new ArrayList<>();
        for (EndpointSlice slice : own) {
            List<Endpoint> before = SlicePlan.endpoints(slice);
            List<Endpoint> after =
                    before.stream()
                            .flatMap(e -> pods.apply(e).map(pod -> now(e, pod)).stream())
                            .toList();
            if (!after.isEmpty() && !after.equals(before)) {
                update.add(new EndpointSliceBuilder(slice).withEndpoints(after).build());
            }
        }
        return new SlicePlan(List.of(), update, List.of());
    }

    /** Whether others offer everybody who is well in these, and somebody at all. */
    static boolean isCovered(
            List<EndpointSlice> own,
            List<EndpointSlice> others,
            Function<Endpoint, Optional<PodView>> pods) {
        Set<String> theirs = new HashSet<>();
        others.forEach(s -> theirs.addAll(Slices.pickable(s)));
        return !theirs.isEmpty()
                && own.stream()
                        .flatMap(s -> SlicePlan.endpoints(s).stream())
                        .flatMap(e -> pods.apply(e).stream())
                        .filter(p -> p.counts() && p.ready())
                        .allMatch(p -> theirs.contains(p.uid()));
    }

    private static Endpoint now(Endpoint endpoint, PodView pod) {
        return new EndpointBuilder(endpoint)
                .withNewConditions()
                .withReady(pod.ready() && pod.counts())
                .withServing(pod.ready())
                .withTerminating(pod.leaving())
                .endConditions()
                .build();
    }
}
