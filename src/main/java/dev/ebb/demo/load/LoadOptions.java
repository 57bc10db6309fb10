package dev.ebb.demo.load;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Where load goes, and its limits.
 *
 * @param host the Host header
 * @param path what is asked for
 * @param timeout from when a request is due to the end of its response
 * @param mostInFlight requests on their way at once; those due beyond it wait
 * @param mostWait how long a due request may wait to be sent; after that it has failed
 * @param idle how long an unused connection is kept; well below any gateway's own limit, because a
 *     connection that both sides may end is a race
 */
public record LoadOptions(
        InetSocketAddress target,
        String host,
        String path,
        Duration timeout,
        int mostInFlight,
        Duration mostWait,
        Duration idle) {

    public static LoadOptions to(InetSocketAddress target, String host) {
        return new LoadOptions(
                target,
                host,
                "/",
                Duration.ofSeconds(20),
                1_000,
                Duration.ofSeconds(5),
                Duration.ofSeconds(3));
    }
}
