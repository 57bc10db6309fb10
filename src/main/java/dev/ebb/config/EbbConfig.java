package dev.ebb.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A whole configuration file, checked and with every default filled in. Immutable.
 *
 * @param listen where the gateway accepts requests in the clear; empty for nowhere
 * @param tls where it accepts them by TLS; at least one of the two is there
 * @param admin where the admin API listens; always loopback
 * @param tick from one decision to the next
 * @param accessLog empty for none
 * @param routes what the gateway answers itself
 * @param xds how other data planes are served; empty for not at all
 * @param prometheus where queries are asked that say nothing else; empty for nowhere
 * @param services at least one, in the order of the file
 */
public record EbbConfig(
        Optional<Address> listen,
        Optional<TlsConfig> tls,
        Address admin,
        Duration tick,
        GatewayConfig gateway,
        Journal journal,
        Logs logs,
        Optional<AccessLogConfig> accessLog,
        List<FixedRouteConfig> routes,
        Optional<XdsConfig> xds,
        Optional<PrometheusConfig> prometheus,
        List<ServiceConfig> services) {
    public EbbConfig {
        routes = List.copyOf(routes);
        services = List.copyOf(services);
    }

    /**
     * How much disk the record of decisions may take. Sizes in bytes.
     *
     * @param size of the journal
     * @param observations of what decisions were made from
     */
    public record Journal(long size, long observations) {}

    /**
     * How much disk the output of each instance may take.
     *
     * @param size of one file, in bytes
     * @param files kept for an instance, the current one included
     * @param gone instances of a service whose output is kept after they are gone
     */
    public record Logs(long size, int files, int gone) {}
}
