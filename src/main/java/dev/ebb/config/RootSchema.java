package dev.ebb.config;

import dev.ebb.config.EbbConfig.Journal;
import dev.ebb.config.EbbConfig.Logs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The keys of a whole file. */
final class RootSchema {
    private RootSchema() {}

    private static final Key<Long> JOURNAL_SIZE =
            Key.of(
                    "size",
                    Kinds.size(1 << 20, 1L << 40),
                    64L << 20,
                    "Most that the record of what was done takes; the oldest is dropped.");
    private static final Key<Long> OBSERVATIONS =
            Key.of(
                    "observations",
                    Kinds.size(1 << 20, 1L << 40),
                    64L << 20,
                    "Most that the record of what decisions were made from takes.");
    static final Section<Journal> JOURNAL =
            new Section<>(
                    List.of(JOURNAL_SIZE, OBSERVATIONS),
                    (v, problems) -> new Journal(v.of(JOURNAL_SIZE), v.of(OBSERVATIONS)));

    private static final Key<Long> LOG_SIZE =
            Key.of(
                    "size",
                    Kinds.size(1 << 14, 1L << 36),
                    10L << 20,
                    "Largest file; then a new one begins.");
    private static final Key<Integer> LOG_FILES =
            Key.of(
                    "files",
                    Kinds.whole(2, 100),
                    3,
                    "Files kept for an instance, the current one included.");
    private static final Key<Integer> LOGS_GONE =
            Key.of(
                    "gone",
                    Kinds.whole(0, 10_000),
                    20,
                    "Instances of a service whose output is kept after they are gone.");
    static final Section<Logs> LOGS =
            new Section<>(
                    List.of(LOG_SIZE, LOG_FILES, LOGS_GONE),
                    (v, problems) -> new Logs(v.of(LOG_SIZE), v.of(LOG_FILES), v.of(LOGS_GONE)));

    static Kind<Address> address(Predicate<Address> allowed, String unless) {
        return Kinds.scalar(
                "an address such as 127.0.0.1:8080 or [::1]:8080; port 0 takes any free one",
                text ->
                        Address.parse(text)
                                .map(a ->
                                        allowed.test(a)
                                                ? Kinds.good(a)
                                                : Kinds.<Address>bad(unless))
                                .orElse(
                                        Kinds.bad(
                                                "is no address; write for example 127.0.0.1:8080,"
                                                        + " [::1]:8080 or :8080 for every network"
                                                        + " (no host names)")),
                Address::toString);
    }

    private static Kind<Optional<Address>> addressOrNone() {
        Kind<Address> address = address(a -> true, "");
        return new Kind<>() {
            @Override
            public Optional<Optional<Address>> read(Yaml node, Problems problems) {
                boolean none = node instanceof Yaml.Scalar s && s.text().strip().equals("none");
                if (none) {
                    return Optional.of(Optional.empty());
                }
                Optional<Address> given = address.read(node, problems);
                return given.isEmpty() ? Optional.empty() : Optional.of(given);
            }

            @Override
            public String form() {
                return address.form() + "; or none";
            }

            @Override
            public String show(Optional<Address> value) {
                return value.map(Address::toString).orElse("none");
            }
        };
    }

    static final Key<Optional<Address>> LISTEN =
            Key.of(
                    "listen",
                    addressOrNone(),
                    Optional.of(new Address("127.0.0.1", 8080)),
                    "Where the gateway accepts requests in the clear. `:8080` accepts them from"
                            + " every network; `none` leaves only `tls`.");
    static final Key<TlsConfig> TLS_KEY =
            Key.optional(
                    "tls", TlsSchema.TLS, "Where the gateway accepts requests by TLS, and how.");
    static final Key<Address> ADMIN =
            Key.of(
                    "admin",
                    address(
                            Address::isLoopback,
                            "can be reached from outside, and the admin API has no encryption; use"
                                    + " 127.0.0.1"),
                    new Address("127.0.0.1", 0),
                    "Where the admin API and `/metrics` listen; only on this machine. The state"
                            + " directory's `admin.json` tells the port.");
    static final Key<Duration> TICK =
            Key.of(
                    "tick",
                    Kinds.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
                    Duration.ofSeconds(1),
                    "From one decision to the next.");
    private static final Key<GatewayConfig> GATEWAY_KEY =
            Key.section("gateway", GatewaySchema.GATEWAY, "How requests are taken in.");
    private static final Key<Journal> JOURNAL_KEY =
            Key.section("journal", JOURNAL, "How much disk the journal may take.");
    private static final Key<Logs> LOGS_KEY =
            Key.section("logs", LOGS, "How much disk the output of each instance may take.");
    private static final Key<AccessLogConfig> ACCESS_LOG =
            Key.optional(
                    "access-log",
                    AccessLogSchema.ACCESS_LOG,
                    "What is written about each request. Without it, nothing is.");
    private static final Key<List<Placed<FixedRouteConfig>>> ROUTES =
            Key.of(
                    "routes",
                    FixedRouteSchema.ROUTES,
                    List.of(),
                    "Requests that the gateway answers itself. For which of several routes is"
                            + " taken they count as those of services, further down in the file.");
    private static final Key<XdsConfig> XDS_KEY =
            Key.optional(
                    "xds",
                    XdsSchema.XDS,
                    "How Envoy and gRPC clients are told over xDS what may be picked. Without it,"
                            + " they are not.");
    private static final Key<PrometheusConfig> PROMETHEUS =
            Key.optional(
                    "prometheus",
                    QuerySchema.PROMETHEUS,
                    "Which Prometheus the `queries` of policies are asked that name none.");
    static final Key<List<ServiceConfig>> SERVICES =
            Key.required("services", new ServicesKind(), "The services by their names.");

    static final Section<EbbConfig> ROOT =
            new Section<>(
                    List.of(
                            LISTEN,
                            TLS_KEY,
                            ADMIN,
                            TICK,
                            GATEWAY_KEY,
                            JOURNAL_KEY,
                            LOGS_KEY,
                            ACCESS_LOG,
                            ROUTES,
                            XDS_KEY,
                            PROMETHEUS,
                            SERVICES),
                    RootSchema::build);

    private static EbbConfig build(Values v, Problems problems) {
        checkPorts(v, problems);
        List<ServiceConfig> services = v.of(SERVICES);
        RouteOwners.check(v.of(ROUTES), services, problems);
        if (v.sound(PROMETHEUS)) {
            boolean shared = v.given(PROMETHEUS).isPresent();
            QuerySchema.check(services, shared, v.place(SERVICES), problems);
        }
        for (ServiceConfig service : services) {
            Duration freshness = service.policy().in().freshness();
            if (freshness.compareTo(v.of(TICK)) <= 0) {
                problems.error(
                        v.place(TICK),
                        "readings of '%s' are stale after %s ('freshness'), before the next tick"
                                        .formatted(service.name(), Kinds.showDuration(freshness))
                                + " (%s); make 'tick' shorter or 'freshness' longer"
                                        .formatted(Kinds.showDuration(v.of(TICK))));
            }
        }
        return new EbbConfig(
                v.of(LISTEN),
                v.given(TLS_KEY),
                v.of(ADMIN),
                v.of(TICK),
                v.of(GATEWAY_KEY),
                v.of(JOURNAL_KEY),
                v.of(LOGS_KEY),
                v.given(ACCESS_LOG),
                v.of(ROUTES).stream().map(Placed::value).toList(),
                v.given(XDS_KEY),
                v.given(PROMETHEUS),
                services);
    }

    private record Port(String key, Key<?> at, int number) {}

    /** The gateway, TLS and the admin API each listen by themselves; instances have the rest. */
    private static void checkPorts(Values v, Problems problems) {
        if (v.of(LISTEN).isEmpty() && v.given(TLS_KEY).isEmpty() && v.sound(TLS_KEY)) {
            problems.error(
                    v.place(LISTEN), "'listen' is none and there is no 'tls'; give one of them");
        }
        var ports = new ArrayList<Port>();
        v.of(LISTEN)
                .filter(a -> v.sound(LISTEN))
                .ifPresent(a -> ports.add(new Port("listen", LISTEN, a.port())));
        v.given(TLS_KEY).ifPresent(tls -> ports.add(new Port("tls", TLS_KEY, tls.listen().port())));
        v.given(XDS_KEY).ifPresent(xds -> ports.add(new Port("xds", XDS_KEY, xds.listen().port())));
        if (v.sound(ADMIN)) {
            ports.add(new Port("admin", ADMIN, v.of(ADMIN).port()));
        }
        for (int i = 0; i < ports.size(); i++) {
            Port one = ports.get(i);
            for (Port other : ports.subList(0, i)) {
                if (one.number() != 0 && one.number() == other.number()) {
                    problems.error(
                            v.place(one.at()),
                            "'%s' and '%s' have the same port %d; use another, or 0 for a free one"
                                    .formatted(one.key(), other.key(), one.number()));
                }
            }
            for (ServiceConfig service : v.of(SERVICES)) {
                var own = service.run().ports();
                boolean gateway = !one.key().equals("admin");
                if (gateway && own.first() <= one.number() && one.number() <= own.last()) {
                    problems.error(
                            v.place(one.at()),
                            ("%s port %d is among the ports %s of the service '%s'; use"
                                            + " another")
                                    .formatted(
                                            one.key().equals("xds") ? "xDS's" : "the gateway's",
                                            one.number(),
                                            own,
                                            service.name()));
                }
            }
        }
    }
}
