package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.xds.XdsRoute;
import dev.ebb.xds.XdsServer;
import dev.ebb.xds.XdsService;
import dev.ebb.xds.XdsSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An operator's data planes: an xDS server that listens only while there is somebody to be served.
 * Until it listens, whoever asks is refused, and asks again, perhaps another replica.
 */
final class XdsPlanes implements DataPlanes {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final XdsSettings settings;
    private Optional<XdsServer> server = Optional.empty();
    private Optional<String> trouble = Optional.empty();

    /**
     * @param settings of which the services are not heeded
     */
    XdsPlanes(XdsSettings settings) {
        this.settings = settings;
    }

    @Override
    public Optional<String> serve(Collection<Offer> offers) {
        List<XdsService> services = offers.stream().map(XdsPlanes::service).toList();
        if (server.isPresent()) {
            server.get().serve(services);
            return Optional.empty();
        }
        try {
            server = Optional.of(XdsServer.start(settings.withServices(services)));
            trouble = Optional.empty();
        } catch (IOException e) {
            trouble =
                    Optional.of(
                            "xDS cannot be served at %s: %s"
                                    .formatted(Wiring.text(settings.listen()), e.getMessage()));
        }
        return trouble;
    }

    private static XdsService service(Offer offer) {
        return new XdsService(
                        offer.service(),
                        offer.entries().stream().map(XdsPlanes::route).toList(),
                        offer.http2(),
                        CONNECT)
                .withReported(offer.reported());
    }

    private static XdsRoute route(Entry entry) {
        return new XdsRoute(
                Optional.empty(),
                entry.host(),
                entry.path(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public void rest() {
        server.ifPresent(XdsServer::close);
        server = Optional.empty();
    }

    @Override
    public void publish(EndpointSnapshot snapshot) {
        server.ifPresent(s -> s.publish(snapshot));
    }

    @Override
    public void eject(ServiceName service, Set<InstanceId> instances) {
        server.ifPresent(s -> s.eject(service, instances));
    }

    @Override
    public Report report(ServiceName service, Now now) {
        return server.map(s -> s.report(service, now))
                .orElseGet(() -> new Report(0, Map.of(), LatencyCounts.empty()));
    }

    @Override
    public Map<InstanceId, Told> told(ServiceName service) {
        return server.map(s -> s.told(service)).orElse(Map.of());
    }

    @Override
    public List<Witness> witnesses(ServiceName service) {
        return server.map(s -> s.witnesses(service)).orElse(List.of());
    }

    @Override
    public Optional<Hold> uncounted() {
        return server.map(XdsServer::uncounted)
                .orElseGet(() ->
                        Optional.of(
                                new Hold(
                                        Reason.of("not_served", "nothing is told to data planes"),
                                        "xDS being served")));
    }

    @Override
    public Optional<String> trouble() {
        return trouble.or(() -> server.flatMap(XdsServer::trouble));
    }

    @Override
    public void close() {
        rest();
    }
}
