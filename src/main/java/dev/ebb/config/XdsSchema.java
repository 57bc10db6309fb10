package dev.ebb.config;

import java.time.Duration;
import java.util.List;

/** The keys below {@code xds}. */
final class XdsSchema {
    private XdsSchema() {}

    private static final Key<Address> LISTEN =
            Key.of(
                    "listen",
                    RootSchema.address(a -> true, ""),
                    new Address("127.0.0.1", 18_000),
                    "Where data planes ask, by gRPC. On this machine only, unless they must show"
                            + " certificates (`tls`).");
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

    private static final Key<XdsConfig.Tls> TLS =
            Key.optional("tls", TlsSchema.XDS, "Serves xDS with TLS. Without it, in the clear.");

    static final Section<XdsConfig> XDS =
            new Section<>(List.of(LISTEN, PROXY, GRACE, QUIET, REPORTS, TLS), XdsSchema::build);

    private static XdsConfig build(Values v, Problems problems) {
        boolean verified =
                v.given(TLS)
                        .filter(tls -> tls.clients().verify() == TlsConfig.Verify.REQUIRED)
                        .isPresent();
        if (!verified && !v.of(LISTEN).isLoopback() && v.sound(LISTEN, TLS)) {
            problems.error(
                    v.place(LISTEN),
                    "'%s' can be reached from outside, and whoever asks there can hold up scaling;"
                                    .formatted(v.of(LISTEN))
                            + " give 'tls' with 'clients: {verify: required, ca: FILE}', or use"
                            + " 127.0.0.1");
        }
        return new XdsConfig(
                v.of(LISTEN), v.of(PROXY), v.of(GRACE), v.of(QUIET), v.of(REPORTS), v.given(TLS));
    }
}
