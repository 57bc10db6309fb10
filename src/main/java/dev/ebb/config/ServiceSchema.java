package dev.ebb.config;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.config.ServiceConfig.Protocol;
import dev.ebb.config.ServiceConfig.Resources;
import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Range;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The keys of one service. */
final class ServiceSchema {
    private ServiceSchema() {}

    private static final Key<Double> CPU =
            Key.optional(
                    "cpu",
                    Kinds.cpu(),
                    "CPU that an instance may use. Without it the limit of its control group"
                            + " counts, else a fair share of the machine.");
    private static final Key<Long> MEMORY =
            Key.optional(
                    "memory",
                    Kinds.size(1 << 20, 1L << 44),
                    "Memory that an instance may use. Without it as for `cpu`.");
    private static final Key<Double> CONCURRENCY =
            Key.optional(
                    "concurrency",
                    Kinds.decimal(1, 1_000_000),
                    "Requests in flight that an instance bears. Without it requests in flight do"
                            + " not size the service.");
    private static final Key<Boolean> REPORTED =
            Key.of(
                    "reported",
                    Kinds.yesNo(),
                    false,
                    "Instances say in the field `endpoint-load-metrics` of their answers, or of the"
                            + " trailers (ORCA), how busy they are; where that is more than their"
                            + " CPU shows, it counts. The field is not passed on to clients. See"
                            + " sizing.md.");
    static final Section<Resources> RESOURCES =
            new Section<>(
                    List.of(CPU, MEMORY, CONCURRENCY, REPORTED),
                    (v, problems) ->
                            new Resources(
                                    v.given(CPU)
                                            .map(OptionalDouble::of)
                                            .orElseGet(OptionalDouble::empty),
                                    v.given(MEMORY)
                                            .map(OptionalLong::of)
                                            .orElseGet(OptionalLong::empty),
                                    v.given(CONCURRENCY)
                                            .map(OptionalDouble::of)
                                            .orElseGet(OptionalDouble::empty),
                                    v.of(REPORTED)));

    static final Key<RunConfig> RUN =
            Key.required("run", RunSchema.RUN, "How an instance is started.");
    static final Key<Range> INSTANCES =
            Key.required(
                    "instances",
                    RunSchema.instances(),
                    "Fewest and most instances of the service. From 0 (`0..5`), an idle service has"
                            + " none, and the first request waits for one: see bounds.md.");
    static final Key<List<Placed<RouteConfig>>> ROUTE =
            Key.of(
                    "route",
                    RouteSchema.ROUTES,
                    List.of(new Placed<>(Place.FILE, RouteSchema.ROUTES.section().defaults())),
                    "Which requests are the service's. A request must fit all that a route says."
                            + " Of several that fit, the first in this order is taken: a route for"
                            + " its scheme, the more exact host, the longer path, one with methods,"
                            + " the one with more headers, the one further up in the file.");
    static final Key<CheckPolicy> READY =
            Key.section("ready", BalanceSchema.READY, "How Ebb sees that an instance is well.");
    static final Key<Resources> RESOURCES_KEY =
            Key.section("resources", RESOURCES, "What one instance may use.");
    static final Key<BalancePolicy> BALANCE =
            Key.section("balance", BalanceSchema.BALANCE, "How requests are shared out.");
    static final Key<Protocol> PROTOCOL =
            Key.of(
                    "protocol",
                    Kinds.oneOf(Protocol.class),
                    Protocol.HTTP1,
                    "What the instances speak: `http1`, or `http2` (in the clear without asking,"
                            + " over TLS by ALPN), which gRPC needs. Clients may speak either in"
                            + " any case.");
    static final Key<TlsConfig.Instances> TLS =
            Key.optional(
                    "tls",
                    TlsSchema.INSTANCES,
                    "Speak TLS to the instances, checks included; `tls: {}` is enough for"
                            + " certificates that the JDK trusts.");
    static final Key<Policy> POLICY =
            Key.section("policy", PolicySchema.POLICY, "When instances are added and let go.");

    /** A service but for its name, which is the key that it stands behind. */
    static final Section<ServiceConfig> SERVICE =
            new Section<>(
                    List.of(
                            RUN,
                            INSTANCES,
                            ROUTE,
                            READY,
                            RESOURCES_KEY,
                            BALANCE,
                            PROTOCOL,
                            TLS,
                            POLICY),
                    ServiceSchema::build);

    private static final ServiceName NAMELESS = new ServiceName("nameless");

    private static ServiceConfig build(Values v, Problems problems) {
        RunConfig run = v.of(RUN);
        Range range = v.of(INSTANCES);
        if (v.sound(RUN, INSTANCES) && run.ports().count() <= range.max()) {
            problems.error(
                    v.place(RUN),
                    "the ports %s do not suffice for %d instances and one that replaces another;"
                                    .formatted(run.ports(), range.max())
                            + " widen 'ports'");
        }
        if (v.of(READY).grpcService().isPresent() && v.of(PROTOCOL) != Protocol.HTTP2) {
            problems.error(v.place(READY), "a check by gRPC needs 'protocol: http2'");
        }
        if (v.sound(INSTANCES, POLICY)) {
            ScheduleSchema.check(v.of(POLICY), range, v.place(POLICY), problems);
        }
        BalancePolicy balance = v.of(BALANCE);
        if (v.sound(INSTANCES, BALANCE) && range.min() == 0 && balance.queue().size() == 0) {
            problems.error(
                    v.place(BALANCE),
                    "with 'instances' from 0 requests must be able to wait; make the queue's"
                            + " 'size' at least 1");
        }
        return new ServiceConfig(
                NAMELESS,
                run,
                v.of(ROUTE).stream().map(Placed::value).toList(),
                v.of(RESOURCES_KEY),
                v.of(POLICY).withRange(range),
                balance.withCheck(v.of(READY)),
                v.of(PROTOCOL),
                v.given(TLS));
    }
}
