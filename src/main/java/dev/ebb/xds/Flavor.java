package dev.ebb.xds;

import io.envoyproxy.envoy.config.core.v3.Node;

/** What kind of data plane is asking: the two read the same resources differently. */
enum Flavor {
    /** Weighs endpoints within a locality, and asks for the routes of its listener. */
    ENVOY,
    /** Ignores weights of endpoints, heeds those of localities; asks for a listener by name. */
    GRPC;

    static Flavor of(Node node) {
        return node.getUserAgentName().startsWith("gRPC") ? GRPC : ENVOY;
    }
}
