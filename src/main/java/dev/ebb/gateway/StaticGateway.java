package dev.ebb.gateway;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A gateway to a fixed list of addresses, without control, journal or state. Its one service gets
 * everything; its endpoints are numbered from 1 in the order given.
 */
public final class StaticGateway {
    public static final ServiceName SERVICE = new ServiceName("static");

    private StaticGateway() {}

    /**
     * Starts it; all addresses are active at once, and are one service that gets everything.
     *
     * @throws GatewayStartException when it cannot listen; its message says why
     */
    public static Gateway start(
            GatewaySettings settings,
            BalancePolicy policy,
            Protocol protocol,
            List<InetSocketAddress> addresses)
            throws GatewayStartException {
        return start(settings, service(policy, protocol), addresses);
    }

    /**
     * The same.
     *
     * @param service called {@link #SERVICE}
     * @throws GatewayStartException when it cannot listen; its message says why
     */
    public static Gateway start(
            GatewaySettings settings, GatewayService service, List<InetSocketAddress> addresses)
            throws GatewayStartException {
        return publish(Gateway.start(settings, List.of(service)), addresses);
    }

    /**
     * The same, with sockets that another process has handed over; see {@link Gateway#takeOver}.
     *
     * @throws GatewayStartException when it cannot listen; its message says why
     */
    public static Gateway takeOver(
            GatewaySettings settings,
            BalancePolicy policy,
            Protocol protocol,
            List<InetSocketAddress> addresses,
            List<Listening> inherited)
            throws GatewayStartException {
        List<GatewayService> services = List.of(service(policy, protocol));
        return publish(Gateway.takeOver(settings, services, List.of(), inherited), addresses);
    }

    /** The one service, without TLS to its instances. */
    public static GatewayService service(BalancePolicy policy, Protocol protocol) {
        return new GatewayService(SERVICE, List.of(Route.ALL), policy).withProtocol(protocol);
    }

    private static Gateway publish(Gateway gateway, List<InetSocketAddress> addresses) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            endpoints.add(
                    new Endpoint(
                            new InstanceId(SERVICE, endpoints.size() + 1),
                            host(address),
                            address.getPort(),
                            EndpointRole.ACTIVE,
                            1,
                            Endpoint.NO_RAMP));
        }
        gateway.publish(new EndpointSnapshot(SERVICE, 1, endpoints));
        return gateway;
    }

    /** Where the address is known it is used as it is: nothing is looked up twice. */
    private static String host(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }
}
