package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Optional;

/** What an EndpointSlice says of pods. Pure. */
final class Slices {
    private Slices() {}

    /** The uids of the pods that may be picked: an unknown readiness counts as ready. */
    static List<String> pickable(EndpointSlice slice) {
        return Optional.ofNullable(slice.getEndpoints()).orElse(List.of()).stream()
                .filter(Slices::isPickable)
                .flatMap(e -> Optional.ofNullable(e.getTargetRef()).stream())
                .flatMap(target -> Optional.ofNullable(target.getUid()).stream())
                .toList();
    }

    private static boolean isPickable(Endpoint endpoint) {
        return Optional.ofNullable(endpoint.getConditions())
                .map(c -> !Boolean.FALSE.equals(c.getReady()))
                .orElse(true);
    }
}
