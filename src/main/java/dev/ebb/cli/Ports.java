package dev.ebb.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Servers on ports that somebody elsewhere asks: on all addresses. For one thread. */
final class Ports implements AutoCloseable {
    /** Begins to listen; returns what ends it. */
    @FunctionalInterface
    interface Start {
        Runnable at(InetSocketAddress address) throws IOException;
    }

    private final List<Runnable> servers = new ArrayList<>();

    /**
     * @throws Failure when it cannot listen there; those before it are closed then
     */
    void open(String option, int port, Start start) {
        try {
            servers.add(start.at(new InetSocketAddress(port)));
        } catch (IOException e) {
            close();
            throw new Failure(
                    Exit.FAILED,
                    "%s: %d cannot be had: %s".formatted(option, port, e.getMessage()));
        }
    }

    @Override
    public void close() {
        servers.forEach(Runnable::run);
        servers.clear();
    }
}
