package dev.ebb.platform.kubernetes;

import dev.ebb.control.DataPlanes.Offer;
import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What all ServiceScales together offer to data planes. Of two for the same workload, or with the
 * same cluster, the older one counts. Pure; the same in each replica.
 *
 * @param offers by the name of the cluster
 * @param refused why a ServiceScale with data planes is not offered, by its uid
 */
record PlaneOffers(Map<String, Offer> offers, Map<String, Hold> refused) {
    static final PlaneOffers NONE = new PlaneOffers(Map.of(), Map.of());

    PlaneOffers {
        offers = Map.copyOf(offers);
        refused = Map.copyOf(refused);
    }

    /**
     * @param specs the oldest first
     */
    static PlaneOffers of(List<ScaleSpec> specs) {
        Map<String, Offer> offers = new TreeMap<>();
        Map<String, Hold> refused = new HashMap<>();
        Set<Target> targets = new HashSet<>();
        for (ScaleSpec spec : specs) {
            boolean own = spec.target().filter(targets::add).isPresent();
            if (!own || spec.plane().isEmpty()) {
                continue;
            }
            PlaneSpec plane = spec.plane().get();
            if (!ServiceName.isValid(plane.cluster())) {
                refused.put(spec.uid(), badName(plane.cluster()));
            } else if (offers.containsKey(plane.cluster())) {
                refused.put(spec.uid(), taken(plane.cluster()));
            } else {
                var name = new ServiceName(plane.cluster());
                boolean reported = spec.orca().filter(OrcaSpec::inAnswers).isPresent();
                offers.put(
                        plane.cluster(), new Offer(name, plane.http2(), plane.entries(), reported));
            }
        }
        return new PlaneOffers(offers, refused);
    }

    private static Hold badName(String cluster) {
        return new Hold(
                Reason.of(
                        "cluster_name",
                        "data planes cannot know it by '%s': a cluster's name is 1 to 40 of a-z,"
                                        .formatted(cluster)
                                + " 0-9 and '-', and begins with a letter"),
                "such a name in spec.dataPlane.xds.cluster");
    }

    private static Hold taken(String cluster) {
        return new Hold(
                Reason.of(
                        "cluster_taken",
                        "an older ServiceScale has the cluster '%s'".formatted(cluster)),
                "another name in spec.dataPlane.xds.cluster");
    }
}
