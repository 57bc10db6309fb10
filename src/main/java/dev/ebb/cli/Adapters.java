package dev.ebb.cli;

import dev.ebb.config.Address;
import dev.ebb.config.EbbConfig;
import dev.ebb.config.GatewayConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.config.TlsConfig;
import dev.ebb.config.TrustForwarded;
import dev.ebb.console.View;
import dev.ebb.control.ServicePlan;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.FixedRoute;
import dev.ebb.gateway.GatewayService;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.GatewayStats;
import dev.ebb.gateway.Limits;
import dev.ebb.gateway.Protocol;
import dev.ebb.gateway.SessionKey;
import dev.ebb.gateway.Timeouts;
import dev.ebb.gateway.Transport;
import dev.ebb.gateway.Trust;
import dev.ebb.gateway.http2.Http2Limits;
import dev.ebb.gateway.http2.Http2Settings;
import dev.ebb.gateway.tls.TlsClientSettings;
import dev.ebb.gateway.tls.TlsServerSettings;
import dev.ebb.journal.JournalSettings;
import dev.ebb.observe.ServiceResources;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.platform.process.LaunchSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What each room needs to know, taken from the configuration. Pure. */
final class Adapters {
    private static final int JOURNAL_SEGMENTS = 8;
    private static final int OBSERVATION_SEGMENTS = 4;

    private Adapters() {}

    static List<ServicePlan> plans(EbbConfig config) {
        return config.services().stream()
                .map(s -> new ServicePlan(s.name(), s.policy(), s.balance()))
                .toList();
    }

    static Map<ServiceName, LaunchSettings> launches(EbbConfig config) {
        var logs =
                new LaunchSettings.LogLimits(
                        config.logs().size(), config.logs().files() - 1, config.logs().gone());
        return byName(
                config,
                s ->
                        new LaunchSettings(
                                s.run().command(),
                                s.run().directory(),
                                s.run().environment(),
                                LaunchSettings.LOOPBACK,
                                Optional.of(
                                        new LaunchSettings.PortRange(
                                                s.run().ports().first(), s.run().ports().last())),
                                logs));
    }

    static Map<ServiceName, ServiceResources> resources(EbbConfig config) {
        return byName(
                config,
                s ->
                        new ServiceResources(
                                s.resources().cpu(),
                                s.resources().memory(),
                                s.resources().concurrency(),
                                s.policy().range().max()));
    }

    private static <T> Map<ServiceName, T> byName(
            EbbConfig config, Function<ServiceConfig, T> value) {
        return config.services().stream().collect(Collectors.toMap(ServiceConfig::name, value));
    }

    /**
     * @param state directory that keeps the key of sessions' cookies, if there are any
     */
    static List<GatewayService> services(EbbConfig config, Path state) {
        boolean sessions =
                config.services().stream()
                        .anyMatch(s -> s.balance().affinity().sessions().isPresent());
        List<GatewayService> services = config.services().stream().map(Adapters::service).toList();
        if (!sessions) {
            return services;
        }
        try {
            SessionKey key = SessionKey.in(state);
            return services.stream().map(s -> s.withSessionKey(key)).toList();
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED, "the key of sessions' cookies cannot be had: " + e.getMessage());
        }
    }

    static View.Resilience resilience(GatewayStats.Resilience r) {
        return new View.Resilience(
                r.retries(),
                r.hedged(),
                r.hedgesWon(),
                r.queued(),
                r.waiting(),
                r.ties().unkeyed(),
                r.ties().begun(),
                r.ties().moved());
    }

    private static GatewayService service(ServiceConfig s) {
        var routes = s.routes().stream().map(RouteAdapters::route).toList();
        var service =
                new GatewayService(s.name(), routes, s.balance())
                        .withProtocol(Protocol.valueOf(s.protocol().name()))
                        .withFromNone(s.policy().range().min() == 0)
                        .withLoadReports(s.resources().reported());
        return s.tls().map(Adapters::tls).map(service::withTls).orElse(service);
    }

    static List<FixedRoute> fixedRoutes(EbbConfig config) {
        return config.routes().stream().map(RouteAdapters::fixed).toList();
    }

    static GatewaySettings gateway(EbbConfig config) {
        GatewayConfig gateway = config.gateway();
        return new GatewaySettings(
                new GatewaySettings.Listen(
                        config.listen().map(Adapters::socketAddress).stream().toList(),
                        config.tls().map(Adapters::tls)),
                new GatewaySettings.Loops(
                        gateway.loops(), Transport.valueOf(gateway.transport().name())),
                new GatewaySettings.Heads(
                        trust(gateway.trustForwarded()), Optional.empty(), requestId(config)),
                limits(gateway.limits()),
                timeouts(gateway.timeouts()),
                RouteAdapters.accessLog(config.accessLog()),
                http2(gateway.http2()));
    }

    static Trust trust(TrustForwarded trusted) {
        return new Trust(
                trusted.everybody(),
                trusted.networks().stream()
                        .map(n -> new Trust.Network(n.address(), n.bits()))
                        .toList());
    }

    /** What is logged can be asked for: with a log, each request has an id. */
    private static GatewaySettings.RequestId requestId(EbbConfig config) {
        GatewayConfig.RequestId id = config.gateway().requestId();
        return new GatewaySettings.RequestId(
                id.header(), id.generate().orElse(config.accessLog().isPresent()));
    }

    private static Http2Settings http2(GatewayConfig.Http2 h) {
        return Http2Settings.DEFAULT
                .withMaxStreams(h.streams())
                .withLimits(
                        new Http2Limits(
                                h.resets(),
                                h.resetsPerSecond(),
                                h.frames(),
                                h.framesPerSecond(),
                                h.continuations(),
                                h.compressed(),
                                h.answers()));
    }

    private static TlsServerSettings tls(TlsConfig tls) {
        IdentityFiles[] certificates = tls.certificates().toArray(IdentityFiles[]::new);
        TlsServerSettings settings =
                TlsServerSettings.of(socketAddress(tls.listen()), certificates)
                        .withMinimum(TlsServerSettings.Minimum.valueOf(tls.minimum().name()));
        var verify = TlsServerSettings.Verify.valueOf(tls.clients().verify().name());
        return tls.clients().ca().map(ca -> settings.withClients(verify, ca)).orElse(settings);
    }

    private static TlsClientSettings tls(TlsConfig.Instances tls) {
        return new TlsClientSettings(tls.ca(), tls.identity(), tls.serverName(), tls.verify());
    }

    private static Limits limits(GatewayConfig.Limits l) {
        return new Limits(
                l.head(),
                l.fields(),
                l.target(),
                l.body(),
                l.uploadRate(),
                l.replay(),
                l.writeBuffer(),
                l.connections(),
                l.connectionsPerInstance(),
                l.waitingPerInstance(),
                l.idlePerInstance());
    }

    private static Timeouts timeouts(GatewayConfig.Timeouts t) {
        return new Timeouts(
                t.clientIdle(),
                t.requestHead(),
                t.requestBody(),
                t.connect(),
                t.waiting(),
                t.responseHead(),
                t.responseBody(),
                t.tunnel(),
                t.drainSpread(),
                t.request(),
                t.upstreamIdle(),
                Timeouts.DEFAULT.linger());
    }

    static JournalSettings journal(EbbConfig config) {
        return JournalSettings.DEFAULT
                .withSegments(config.journal().size() / JOURNAL_SEGMENTS, JOURNAL_SEGMENTS)
                .withObservations(
                        config.journal().observations() / OBSERVATION_SEGMENTS,
                        OBSERVATION_SEGMENTS,
                        JournalSettings.DEFAULT.observationBytesPerSecond());
    }

    /** The configuration allows literal addresses and localhost only, so nothing is looked up. */
    static InetSocketAddress socketAddress(Address address) {
        return address.host().equals("localhost")
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port())
                : new InetSocketAddress(InetAddress.ofLiteral(address.host()), address.port());
    }
}
