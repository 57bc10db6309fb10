package dev.ebb.config;

import java.time.Duration;
import java.util.List;

/** The keys below {@code xds}. */
final class XdsSchema {
    private XdsSchema() {}

    private static final Key<Address> LISTEN =
            Key.of(
                    "listen",
                    RootSchema.address(
                            Address::isLoopback,
                            "can be reached from outside, and xDS is served without encryption; use"
                                    + " 127.0.0.1"),
                    new Address("127.0.0.1", 18_000),
                    "Where data planes ask, by gRPC; only on this machine.");
    private static final Key<Address> PROXY =
            Key.of(
                    "proxy",
                    RootSchema.address(a -> true, ""),
                    new Address("127.0.0.1", 10_000),
                    "Where an Envoy that has its listener from Ebb accepts requests.");
    private static final Key<Duration> GRACE =
            Key.of(
                    "grace",
                    Kinds.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                    Duration.ofSeconds(30),
                    "How long a data plane that has lost its connection is waited for, and how long"
                            + " after a start of Ebb those of before are. Until then nothing is"
                            + " removed. After it, each stop says that the absence stood in for an"
                            + " acknowledgement.");
    private static final Key<Duration> QUIET =
            Key.of(
                    "quiet",
                    Kinds.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                    Duration.ofSeconds(30),
                    "How long a data plane that reports no load is taken to have requests in flight"
                            + " at an instance, from when it acknowledged that there will be no new"
                            + " ones. Not shorter than the longest request.");
    private static final Key<Duration> REPORTS =
            Key.of(
                    "reports",
                    Kinds.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
                    Duration.ofSeconds(1),
                    "From one report of a data plane's load (LRS) to the next.");

    static final Section<XdsConfig> XDS =
            new Section<>(
                    List.of(LISTEN, PROXY, GRACE, QUIET, REPORTS),
                    (v, problems) ->
                            new XdsConfig(
                                    v.of(LISTEN),
                                    v.of(PROXY),
                                    v.of(GRACE),
                                    v.of(QUIET),
                                    v.of(REPORTS)));
}
