package dev.ebb.xds;

import java.util.Optional;

/**
 * The kinds of resources, in the order in which they are sent: what is referred to before what
 * refers to it.
 */
enum ResourceType {
    CLUSTER("envoy.config.cluster.v3.Cluster", true),
    ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment", false),
    LISTENER("envoy.config.listener.v3.Listener", true),
    ROUTE("envoy.config.route.v3.RouteConfiguration", false);

    final String url;

    /** Each answer of the state-of-the-world protocol holds all; what is not in it is removed. */
    final boolean whole;

    ResourceType(String name, boolean whole) {
        this.url = "type.googleapis.com/" + name;
        this.whole = whole;
    }

    static Optional<ResourceType> of(String url) {
        for (ResourceType type : values()) {
            if (type.url.equals(url)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
