package dev.ebb.config;

import dev.ebb.config.EbbConfig.Journal;
import dev.ebb.config.EbbConfig.Logs;
import java.time.Duration;
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

    private static Kind<Address> address(Predicate<Address> allowed, String unless) {
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

    static final Key<Address> LISTEN =
            Key.of(
                    "listen",
                    address(a -> true, ""),
                    new Address("127.0.0.1", 8080),
                    "Where the gateway accepts requests. `:8080` accepts them from every network.");
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
    private static final Key<List<Placed<FixedRouteConfig>>> ROUTES =
            Key.of(
                    "routes",
                    FixedRouteSchema.ROUTES,
                    List.of(),
                    "Requests that the gateway answers itself. For which of several routes is"
                            + " taken they count as those of services, further down in the file.");
    static final Key<List<ServiceConfig>> SERVICES =
            Key.required("services", new ServicesKind(), "The services by their names.");

    static final Section<EbbConfig> ROOT =
            new Section<>(
                    List.of(
                            LISTEN,
                            ADMIN,
                            TICK,
                            GATEWAY_KEY,
                            JOURNAL_KEY,
                            LOGS_KEY,
                            ROUTES,
                            SERVICES),
                    RootSchema::build);

    private static EbbConfig build(Values v, Problems problems) {
        Address listen = v.of(LISTEN);
        Address admin = v.of(ADMIN);
        if (v.sound(LISTEN, ADMIN) && listen.port() != 0 && listen.port() == admin.port()) {
            problems.error(
                    v.place(ADMIN),
                    "'admin' and 'listen' have the same port %d; use another, or 0 for a free one"
                            .formatted(admin.port()));
        }
        List<ServiceConfig> services = v.of(SERVICES);
        RouteOwners.check(v.of(ROUTES), services, problems);
        for (ServiceConfig service : services) {
            var ports = service.run().ports();
            Optional.of(listen.port())
                    .filter(port -> ports.first() <= port && port <= ports.last())
                    .ifPresent(port ->
                            problems.error(
                                    v.place(LISTEN),
                                    ("the gateway's port %d is among the ports %s of the"
                                                    + " service '%s'; use another")
                                            .formatted(port, ports, service.name())));
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
                listen,
                admin,
                v.of(TICK),
                v.of(GATEWAY_KEY),
                v.of(JOURNAL_KEY),
                v.of(LOGS_KEY),
                v.of(ROUTES).stream().map(Placed::value).toList(),
                services);
    }
}
