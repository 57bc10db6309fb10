package dev.ebb.gateway;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A socket that listens, as one process of Ebb hands it to the next.
 *
 * @param address where it really listens
 * @param fd the file descriptor, in this process
 */
public record Listening(InetSocketAddress address, int fd) {

    /** Whether it is the one that a configuration means; port 0 means any. */
    boolean fits(InetSocketAddress wanted) {
        InetAddress host = wanted.getAddress();
        boolean sameHost =
                host != null
                        && (host.equals(address.getAddress())
                                || (host.isAnyLocalAddress()
                                        && address.getAddress().isAnyLocalAddress()));
        return sameHost && (wanted.getPort() == 0 || wanted.getPort() == address.getPort());
    }
}
