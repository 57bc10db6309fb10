package dev.ebb.gateway.tls;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All TLS of one gateway, and the watch over its files: made first, then {@link #start}ed. Safe for
 * use by several threads once it is started.
 */
public final class Tls implements AutoCloseable {
    private final FileWatch watch;
    private final List<Runnable> ends = new ArrayList<>();

    /**
     * @param lookEvery how often the files are looked at
     */
    public Tls(Duration lookEvery) {
        watch = new FileWatch(lookEvery);
    }

    /** Reads the files for a listener. */
    public TlsServer server(TlsServerSettings settings) throws TlsFilesException {
        var server = new TlsServer(settings, watch);
        ends.add(server::close);
        return server;
    }

    /**
     * Reads the files for the connections to a service's instances.
     *
     * @param protocol the one that is offered by ALPN
     */
    public TlsClient client(TlsClientSettings settings, String protocol) throws TlsFilesException {
        var client = new TlsClient(settings, protocol, watch);
        ends.add(client::close);
        return client;
    }

    /** Changed files are read again from now on. */
    public void start() {
        watch.start();
    }

    /** No new connections can be made any more; those that are open go on. */
    @Override
    public void close() {
        watch.close();
        ends.forEach(Runnable::run);
    }
}
