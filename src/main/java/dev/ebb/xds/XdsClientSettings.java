package dev.ebb.xds;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How a gateway finds its Ebb. Immutable.
 *
 * @param ebb where xDS is served
 * @param node a name that no other data plane has
 * @param retryMin the wait after the first lost connection; it doubles up to {@code retryMax}, and
 *     each wait is shortened by chance to between a half and all of it
 * @param tls empty for none
 */
public record XdsClientSettings(
        InetSocketAddress ebb,
        String node,
        Duration retryMin,
        Duration retryMax,
        Optional<XdsClientTls> tls) {

    public static XdsClientSettings of(InetSocketAddress ebb, String node) {
        // Well below the time that Ebb waits for one that it has lost.
        return new XdsClientSettings(
                ebb, node, Duration.ofMillis(250), Duration.ofSeconds(5), Optional.empty());
    }

    public XdsClientSettings withTls(XdsClientTls how) {
        return new XdsClientSettings(ebb, node, retryMin, retryMax, Optional.of(how));
    }
}
