package dev.ebb.gateway;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * Who may say for whom a request is forwarded: the proxies before this one. Decided by the address
 * that a connection comes from. Immutable.
 *
 * @param everybody whoever connects is such a proxy
 * @param networks of such proxies
 */
public record Trust(boolean everybody, List<Network> networks) {
    public static final Trust NOBODY = new Trust(false, List.of());
    public static final Trust EVERYBODY = new Trust(true, List.of());

    /**
     * Addresses that begin alike.
     *
     * @param bits that count, from the first on
     */
    public record Network(InetAddress address, int bits) {
        public Network {
            if (bits < 0 || bits > 8 * address.getAddress().length) {
                throw new IllegalArgumentException("no such network: " + address + "/" + bits);
            }
        }

        boolean holds(byte[] other, int length) {
            byte[] mine = address.getAddress();
            if (mine.length != length) {
                return false;
            }
            int whole = bits / 8;
            for (int i = 0; i < whole; i++) {
                if (mine[i] != other[i]) {
                    return false;
                }
            }
            int rest = bits % 8;
            return rest == 0 || ((mine[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
        }
    }

    public Trust {
        networks = List.copyOf(networks);
    }

    /** Whether what comes over a connection from there is believed. */
    boolean of(SocketAddress from) {
        if (everybody) {
            return true;
        }
        if (networks.isEmpty()
                || !(from instanceof InetSocketAddress inet)
                || inet.getAddress() == null) {
            return false;
        }
        byte[] address = inet.getAddress().getAddress();
        return lists(address, address.length);
    }

    /** Whether an address, of 4 or 16 bytes, is one of a listed proxy. */
    boolean lists(byte[] address, int length) {
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).holds(address, length)) {
                return true;
            }
        }
        return false;
    }
}
