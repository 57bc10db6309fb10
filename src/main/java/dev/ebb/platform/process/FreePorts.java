package dev.ebb.platform.process;

import dev.ebb.platform.process.LaunchSettings.PortRange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Finds ports on which an instance can listen. Without a range of its own a service gets ports from
 * {@link #DEFAULT}, which lies below what Linux gives to outgoing connections: a port from bind(0)
 * could be taken by one of the gateway's own connections before the instance listens. A candidate
 * is tried on all addresses and without address reuse, because instances differ in what they bind
 * and how. Nobody can hold a port for another process, so a stranger may still be faster; then the
 * instance fails to start and is replaced, on another port.
 */
final class FreePorts {
    static final PortRange DEFAULT = new PortRange(20_000, 29_999);

    private FreePorts() {}

    /** A port of the range that is free now and not in {@code taken}; empty when there is none. */
    static OptionalInt find(PortRange range, Set<Integer> taken, RandomGenerator random) {
        int size = range.high() - range.low() + 1;
        int first = random.nextInt(size);
        for (int i = 0; i < size; i++) {
            int port = range.low() + (first + i) % size;
            if (!taken.contains(port) && isFree(port)) {
                return OptionalInt.of(port);
            }
        }
        return OptionalInt.empty();
    }

    private static boolean isFree(int port) {
        // Bound but never listening, so nobody can connect to it meanwhile.
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
