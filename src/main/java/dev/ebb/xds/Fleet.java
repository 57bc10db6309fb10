package dev.ebb.xds;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a gateway apart from control is to be, as Ebb's xDS says. Immutable.
 *
 * @param listen where it is to accept requests, unless it was told otherwise
 */
public record Fleet(List<XdsService> services, InetSocketAddress listen) {
    public Fleet {
        services = List.copyOf(services);
    }
}
