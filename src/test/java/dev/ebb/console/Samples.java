package dev.ebb.console;

import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.control.InstanceStatus;
import dev.ebb.control.Recommendation;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Need;
import dev.ebb.core.Now;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.Ranked;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A state with something in every field. */
public final class Samples {
    private Samples() {}

    public static final ServiceName HELLO = new ServiceName("hello");

    public static InstanceId hello(int ordinal) {
        return new InstanceId(HELLO, ordinal);
    }

    public static View view() {
        var status =
                new Status(
                        new Now(5_000_000_000L, 1_790_000_000_000L),
                        false,
                        List.of(service()),
                        Optional.of("the disk is full"));
        var about =
                new View.About(
                        "0.1.0",
                        4711,
                        1_790_000_000_000L - 3_723_000,
                        "127.0.0.1:8080",
                        "/etc/ebb.yaml",
                        List.of(new View.Routed("hello", "*/")));
        var traffic =
                new View.Traffic(
                        1234,
                        Map.of("2xx", 1230L, "4xx", 2L),
                        Map.of("no_instance", 2L),
                        Map.of("no_route", 1L),
                        5,
                        0,
                        new View.Resilience(
                                Map.of("reset", 4L, "connect-failure", 1L), 7, 6, 9, 2, 5, 8, 3),
                        1,
                        3,
                        1,
                        1,
                        latency());
        return new View(
                about,
                status,
                Map.of("hello", traffic),
                List.of(
                        new View.LastFailure(
                                "hello",
                                "hello-9",
                                1_789_999_999_000L,
                                "exited with code 1",
                                List.of("no such file"))),
                new View.Loop(60, 1, 2_000_000, 9_000_000, 100_000_000),
                Optional.of(
                        new View.Tls(
                                new View.Handshakes(7, Map.of("timeout", 1L)),
                                new View.Handshakes(2, Map.of("bad_certificate", 3L)),
                                List.of(
                                        new View.Certificate(
                                                "/etc/tls/shop.pem",
                                                List.of("shop.test"),
                                                1_800_000_000_000L)))),
                Optional.of(new View.AccessLog(1200, 3)),
                Optional.of(new View.Reports(4)));
    }

    private static LatencyCounts latency() {
        long[] counts = new long[LatencyCounts.BUCKETS];
        counts[0] = 1;
        counts[20] = 10;
        counts[LatencyCounts.BUCKETS - 1] = 2;
        return LatencyCounts.of(counts);
    }

    private static ServiceStatus service() {
        Reason low = new Reason("load_low", "cpu asks for 2 of 3", Map.of("cpu_share", 0.31));
        Map<String, Double> goal =
                Map.of(
                        "allowed",
                        0.7,
                        "latency_ms",
                        150.0,
                        "wanted_ms",
                        200.0,
                        "budget_spent",
                        0.1);
        Reason slow = new Reason("need_latency", "p99 is 150 ms, 200 ms wanted", goal);
        var explanation =
                new Explanation(
                        2,
                        2,
                        List.of(new Need("cpu", 1, 2, low), new Need("latency", 1, 2, slow)),
                        List.of(
                                new Ranked(
                                        hello(3),
                                        0.12,
                                        1.5,
                                        Reason.of("utilization_low", "12% used, 0 in flight"))),
                        List.of(new Planned(new Command.Park(hello(3)), List.of(low))),
                        List.of(
                                new Hold(
                                        Reason.of("trial_running", "hello-3 is on trial"),
                                        "the trial ends in 12 s")));
        return new ServiceStatus(
                HELLO,
                Policy.DEFAULT.withRange(new Policy.Range(2, 5)),
                false,
                OptionalInt.empty(),
                explanation,
                List.of(
                        instance(1, Lifecycle.SERVING, Health.HEALTHY, Set.of()),
                        instance(2, Lifecycle.SERVING, Health.EJECTED, Set.of(Mark.PROTECTED)),
                        new InstanceStatus(
                                hello(3),
                                Lifecycle.STARTING,
                                Health.UNKNOWN,
                                Set.of(),
                                500_000_000L,
                                "127.0.0.1:20003",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Long.MAX_VALUE,
                                0,
                                0,
                                0,
                                0)),
                new Ledger(3, 0, 0),
                Optional.of(
                        new Recommendation(
                                "0badcafe",
                                1000,
                                301_000,
                                3,
                                2,
                                List.of(new Planned(new Command.Park(hello(3)), List.of(low))))));
    }

    private static InstanceStatus instance(
            int ordinal, Lifecycle lifecycle, Health health, Set<Mark> marks) {
        return new InstanceStatus(
                hello(ordinal),
                lifecycle,
                health,
                marks,
                65_000_000_000L,
                "127.0.0.1:2000" + ordinal,
                Optional.of(0.31),
                Optional.of(0.5),
                Optional.empty(),
                800_000_000L,
                4,
                123.4,
                0.01,
                12.3);
    }
}
