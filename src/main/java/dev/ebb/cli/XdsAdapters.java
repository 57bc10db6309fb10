package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.RouteConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.config.TlsConfig;
import dev.ebb.config.XdsConfig;
import dev.ebb.xds.XdsRoute;
import dev.ebb.xds.XdsServerTls;
import dev.ebb.xds.XdsService;
import dev.ebb.xds.XdsSettings;
import java.util.Locale;
import java.util.Optional;

/** What data planes behind xDS need to know, taken from the configuration. Pure. */
final class XdsAdapters {
    private XdsAdapters() {}

    static XdsSettings settings(EbbConfig config, XdsConfig xds) {
        return new XdsSettings(
                Adapters.socketAddress(xds.listen()),
                Adapters.socketAddress(xds.proxy()),
                config.services().stream().map(s -> service(config, s)).toList(),
                xds.grace(),
                xds.quiet(),
                xds.reports(),
                xds.tls().map(XdsAdapters::tls));
    }

    private static XdsServerTls tls(XdsConfig.Tls tls) {
        boolean looked = tls.clients().verify() != TlsConfig.Verify.OFF;
        return new XdsServerTls(
                tls.identity(),
                tls.clients().ca().filter(ca -> looked),
                tls.clients().verify() == TlsConfig.Verify.REQUIRED);
    }

    private static XdsService service(EbbConfig config, ServiceConfig service) {
        return new XdsService(
                service.name(),
                service.routes().stream().map(r -> route(config, r)).toList(),
                service.protocol() == ServiceConfig.Protocol.HTTP2,
                config.gateway().timeouts().connect(),
                service.balance().affinity().hash(),
                service.resources().reported());
    }

    private static XdsRoute route(EbbConfig config, RouteConfig route) {
        RouteConfig.Match match = route.match();
        Optional<String> scheme =
                match.scheme() == RouteConfig.Scheme.ANY
                        ? Optional.empty()
                        : Optional.of(match.scheme().name().toLowerCase(Locale.ROOT));
        return new XdsRoute(
                scheme,
                match.host(),
                match.path(),
                match.methods(),
                match.headers(),
                route.rewrite(),
                Optional.of(
                        route.timeouts().request().orElse(config.gateway().timeouts().request())));
    }
}
