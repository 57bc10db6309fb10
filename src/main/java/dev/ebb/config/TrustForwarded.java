package dev.ebb.config;

import java.net.InetAddress;
import java.util.List;

/**
 * Which proxies before the gateway may say for whom they forward: none of them, whoever connects,
 * or those with certain addresses. Immutable.
 */
public record TrustForwarded(boolean everybody, List<Network> networks) {
    public static final TrustForwarded NOBODY = new TrustForwarded(false, List.of());

    public TrustForwarded {
        networks = List.copyOf(networks);
    }

    /**
     * Addresses that begin alike.
     *
     * @param bits that count, from the first on
     */
    public record Network(InetAddress address, int bits) {
        @Override
        public String toString() {
            String text = address.getHostAddress();
            return bits == 8 * address.getAddress().length ? text : text + "/" + bits;
        }
    }
}
