package dev.ebb.control;

import dev.ebb.core.ServiceName;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Port: data planes apart from this process, for services that come and go. While it serves nobody,
 * nothing is acknowledged, and data planes go on with what they have. Called by one thread; no call
 * waits for a data plane.
 */
public interface DataPlanes extends EndpointSink, AutoCloseable {

    /**
     * Which requests are a service's, for data planes that are told that, too.
     *
     * @param host empty for any
     * @param path prefix by whole segments, starting with a slash
     */
    record Entry(Optional<String> host, String path) {}

    /**
     * A service for data planes.
     *
     * @param http2 its instances speak HTTP/2 without TLS; otherwise HTTP/1.1
     * @param reported whether they say in their answers how busy they are
     */
    record Offer(ServiceName service, boolean http2, List<Entry> entries, boolean reported) {
        public Offer {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A data plane that has asked for a service, and is connected.
     *
     * @param generation the newest that it has acknowledged
     * @param counts whether it reports what it has in flight, and how requests ended
     * @param times whether it is of a kind that reports how long they took, too
     */
    record Witness(String name, long generation, boolean counts, boolean times) {}

    /**
     * Serves exactly these from now on, and begins to where it does not yet.
     *
     * @return why it cannot; it is to be asked again
     */
    Optional<String> serve(Collection<Offer> offers);

    /** Serves nobody any more, until it is to serve again. */
    void rest();

    /** Who has asked for a service, by name. */
    List<Witness> witnesses(ServiceName service);

    /** Why something is not as it is to be; for people. */
    Optional<String> trouble();

    @Override
    void close();
}
