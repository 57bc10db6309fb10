package dev.ebb.xds;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How data planes are served. Immutable.
 *
 * @param listen where; port 0 takes a free one
 * @param proxy where an Envoy that has its listener from Ebb accepts requests
 * @param grace how long a data plane that lost its connection is waited for
 * @param quiet how long after its acknowledgement a data plane that reports no load is taken to
 *     have requests in flight
 * @param reports from one load report to the next
 * @param tls empty for none
 */
public record XdsSettings(
        InetSocketAddress listen,
        InetSocketAddress proxy,
        List<XdsService> services,
        Duration grace,
        Duration quiet,
        Duration reports,
        Optional<XdsServerTls> tls) {
    public XdsSettings {
        services = List.copyOf(services);
    }

    /** Without TLS. */
    public XdsSettings(
            InetSocketAddress listen,
            InetSocketAddress proxy,
            List<XdsService> services,
            Duration grace,
            Duration quiet,
            Duration reports) {
        this(listen, proxy, services, grace, quiet, reports, Optional.empty());
    }

    public XdsSettings withServices(List<XdsService> others) {
        return new XdsSettings(listen, proxy, others, grace, quiet, reports, tls);
    }

    public XdsSettings withTls(XdsServerTls how) {
        return new XdsSettings(listen, proxy, services, grace, quiet, reports, Optional.of(how));
    }
}
