package dev.ebb.gateway;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.core.ServiceName;
import java.util.List;

/** One service behind the gateway: which requests are its own, and how they are balanced. */
public record GatewayService(ServiceName name, List<Route> routes, BalancePolicy balance) {
    public GatewayService {
        routes = List.copyOf(routes);
    }
}
