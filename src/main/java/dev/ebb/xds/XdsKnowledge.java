package dev.ebb.xds;

import dev.ebb.balance.EndpointSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a gateway's side of xDS knows at a moment. Times are {@code System.nanoTime}. Immutable.
 *
 * @param connected whether Ebb has said anything over the connection that there is
 * @param heardNanos when Ebb said anything last; empty when it never did
 * @param lost connections that have ended or never came about
 * @param refused what of Ebb's newest was refused, and why
 * @param services those whose endpoints are known, by name
 */
public record XdsKnowledge(
        boolean connected,
        OptionalLong heardNanos,
        long lost,
        Optional<String> refused,
        List<Service> services) {
    static final XdsKnowledge NOTHING =
            new XdsKnowledge(false, OptionalLong.empty(), 0, Optional.empty(), List.of());

    public XdsKnowledge {
        services = List.copyOf(services);
    }

    /**
     * @param snapshot as the gateway was told last
     * @param version what Ebb calls it; empty until every loop of the gateway has it
     * @param changedNanos when it came
     */
    public record Service(EndpointSnapshot snapshot, String version, long changedNanos) {}
}
