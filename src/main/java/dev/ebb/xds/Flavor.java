package dev.ebb.xds;

import io.envoyproxy.envoy.config.core.v3.Node;

/** What kind of data plane is asking: each reads the same resources differently. */
enum Flavor {
    /** Weighs endpoints within a locality, and asks for the routes of its listener. */
    ENVOY,
    /** Ignores weights of endpoints, heeds those of localities; asks for a listener by name. */
    GRPC,
    /**
     * Ebb's own gateway, apart from control: an Envoy that wants to know which instance is which.
     */
    EBB;

    /** What Ebb's own gateway says that it is. */
    static final String EBB_AGENT = "ebb";

    static Flavor of(Node node) {
        String agent = node.getUserAgentName();
        if (agent.equals(EBB_AGENT)) {
            return EBB;
        }
        return agent.startsWith("gRPC") ? GRPC : ENVOY;
    }
}
