package dev.ebb.config;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Everything about one service. Immutable.
 *
 * @param routes at least one
 * @param protocol what its instances speak
 * @param tls how its instances are spoken to by TLS; without it in the clear
 */
public record ServiceConfig(
        ServiceName name,
        RunConfig run,
        List<RouteConfig> routes,
        Resources resources,
        Policy policy,
        BalancePolicy balance,
        Protocol protocol,
        Optional<TlsConfig.Instances> tls) {
    public ServiceConfig {
        routes = List.copyOf(routes);
    }

    /** What the instances of a service speak. */
    public enum Protocol {
        HTTP1,
        HTTP2
    }

    /**
     * What one instance may use; empty means: measure it.
     *
     * @param cpu cores
     * @param memory bytes
     * @param concurrency requests in flight
     * @param reported whether instances say in their answers how busy they are
     */
    public record Resources(
            OptionalDouble cpu,
            OptionalLong memory,
            OptionalDouble concurrency,
            boolean reported) {}
}
