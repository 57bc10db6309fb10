package dev.ebb.gateway;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.tls.TlsClientSettings;
import java.util.List;
import java.util.Optional;

/**
 * One service behind the gateway: which requests are its own, and how they are balanced.
 *
 * @param protocol what its instances speak
 * @param tls how its instances are spoken to; without it in the clear
 * @param fromNone whether it may have no instance, and requests then wait for the first
 * @param sessionKey of the cookies of its sessions, if it has any
 * @param loadReports whether its instances say in their answers how busy they are
 */
public record GatewayService(
        ServiceName name,
        List<Route> routes,
        BalancePolicy balance,
        Protocol protocol,
        Optional<TlsClientSettings> tls,
        boolean fromNone,
        SessionKey sessionKey,
        boolean loadReports) {
    public GatewayService {
        routes = List.copyOf(routes);
    }

    public GatewayService(ServiceName name, List<Route> routes, BalancePolicy balance) {
        this(name, routes, balance, Protocol.HTTP1, Optional.empty(), false);
    }

    /** With cookies that end with this process. */
    public GatewayService(
            ServiceName name,
            List<Route> routes,
            BalancePolicy balance,
            Protocol protocol,
            Optional<TlsClientSettings> tls,
            boolean fromNone) {
        this(name, routes, balance, protocol, tls, fromNone, SessionKey.OF_THIS_PROCESS, false);
    }

    public GatewayService withSessionKey(SessionKey key) {
        return new GatewayService(name, routes, balance, protocol, tls, fromNone, key, loadReports);
    }

    public GatewayService withTls(TlsClientSettings how) {
        return new GatewayService(
                name,
                routes,
                balance,
                protocol,
                Optional.of(how),
                fromNone,
                sessionKey,
                loadReports);
    }

    public GatewayService withProtocol(Protocol spoken) {
        return new GatewayService(
                name, routes, balance, spoken, tls, fromNone, sessionKey, loadReports);
    }

    public GatewayService withFromNone(boolean on) {
        return new GatewayService(
                name, routes, balance, protocol, tls, on, sessionKey, loadReports);
    }

    public GatewayService withLoadReports(boolean on) {
        return new GatewayService(name, routes, balance, protocol, tls, fromNone, sessionKey, on);
    }
}
