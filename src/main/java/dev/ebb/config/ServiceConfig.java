package dev.ebb.config;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Everything about one service. Immutable. */
public record ServiceConfig(
        ServiceName name,
        RunConfig run,
        Route route,
        Resources resources,
        Policy policy,
        BalancePolicy balance) {

    /**
     * Which requests are this service's.
     *
     * @param host lower case, without a port; empty for any
     * @param path prefix by whole segments, starting with a slash
     */
    public record Route(Optional<String> host, String path) {
        @Override
        public String toString() {
            return host.orElse("*") + path;
        }
    }

    /**
     * What one instance may use; empty means: measure it.
     *
     * @param cpu cores
     * @param memory bytes
     * @param concurrency requests in flight
     */
    public record Resources(OptionalDouble cpu, OptionalLong memory, OptionalDouble concurrency) {}
}
