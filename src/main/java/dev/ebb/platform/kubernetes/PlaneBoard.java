package dev.ebb.platform.kubernetes;

import dev.ebb.control.DataPlanes;
import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What this replica serves to data planes: everything as long as it leads, nothing else. A follower
 * must not: the leader would not know what data planes have acknowledged there. They go on with
 * what they have until they find the leader. Control thread only.
 */
final class PlaneBoard {
    /** More generations than one controller has in its life. */
    private static final long APART = 1L << 40;

    private final DataPlanes planes;
    private final Map<String, PlaneSink> sinks = new HashMap<>();
    private final Set<String> stale = ConcurrentHashMap.newKeySet();
    private PlaneOffers offers = PlaneOffers.NONE;
    private Optional<String> trouble = Optional.empty();
    private long lives;

    PlaneBoard(DataPlanes planes) {
        this.planes = planes;
    }

    /**
     * Begins to serve, or goes on. Before anybody of these is looked after.
     *
     * @param specs the oldest first
     */
    void serve(List<ScaleSpec> specs) {
        sinks.keySet().retainAll(specs.stream().map(ScaleSpec::uid).toList());
        offers = PlaneOffers.of(specs);
        trouble = planes.serve(offers.offers().values());
    }

    void rest() {
        offers = PlaneOffers.NONE;
        sinks.clear();
        trouble = Optional.empty();
        planes.rest();
    }

    /**
     * Takes the place of one that was for the same ServiceScale.
     *
     * @param nanoTime now (monotonic)
     */
    PlaneSink join(
            ScaleSpec spec,
            PlaneSpec plane,
            GateSink gates,
            Fleet fleet,
            Informers pods,
            long nanoTime) {
        lives++;
        var sink =
                new PlaneSink(
                        gates,
                        planes,
                        plane,
                        fleet,
                        bound ->
                                pods.pod(spec.namespace(), bound.pod())
                                        .filter(p -> p.getMetadata().getUid().equals(bound.uid())),
                        () -> refused(spec),
                        lives * APART,
                        new PlanesBefore(spec.planesBefore(), nanoTime));
        sinks.put(spec.uid(), sink);
        return sink;
    }

    /** Who is connected, and has asked for the pods of a ServiceScale with such data planes. */
    List<Witness> witnesses(PlaneSpec plane) {
        return ServiceName.isValid(plane.cluster())
                ? planes.witnesses(new ServiceName(plane.cluster()))
                : List.of();
    }

    /** Why a ServiceScale's pods are not told of. */
    private Optional<Hold> refused(ScaleSpec spec) {
        return Optional.ofNullable(offers.refused().get(spec.uid()))
                .or(() ->
                        trouble.map(why ->
                                new Hold(Reason.of("not_served", why), "what it says put right")));
    }

    /**
     * Tells soon what Kubernetes has found out of somebody's pods, such as that one is leaving. Any
     * thread; at most one such task waits for each.
     *
     * @param control runs it on the control thread
     */
    void changed(ScaleSpec spec, Executor control) {
        if (spec.plane().isPresent() && stale.add(spec.uid())) {
            control.execute(() -> refresh(spec.uid()));
        }
    }

    private void refresh(String uid) {
        stale.remove(uid);
        PlaneSink sink = sinks.get(uid);
        if (sink != null) {
            sink.refresh();
        }
    }

    /** Why something is not as it is to be. */
    Optional<String> trouble() {
        return trouble;
    }

    void close() {
        planes.close();
    }
}
