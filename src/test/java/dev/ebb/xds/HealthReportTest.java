package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.ebb.balance.EndpointRole;
import dev.ebb.control.EndpointSink.EndpointReport;
import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Reason;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom gateways have ejected comes through their load reports, and counts as long as they do. */
class HealthReportTest {
    private static final InstanceId ONE = new InstanceId(TestXds.HELLO, 1);
    private static final long SECOND = 1_000_000_000L;

    private final Loads loads = new Loads(SECOND);

    @BeforeEach
    void know() {
        loads.know(TestXds.snapshot(TestXds.HELLO, 1, EndpointRole.ACTIVE));
    }

    private void report(String gateway, Health health, String why, long second) {
        var counter = new LoadCounter(TestXds.HELLO.value());
        counter.know(TestXds.snapshot(TestXds.HELLO, 1, EndpointRole.ACTIVE));
        var one =
                new EndpointReport(
                        new TrafficReading(0, 0, 0, 0, 0, 0),
                        health,
                        Optional.of(Reason.of("x", why)),
                        Ledger.CLEAN);
        var report = new Report(1, Map.of(ONE, one), LatencyCounts.empty());
        loads.report(
                gateway,
                gateway,
                List.of(counter.next(report, Map.of(), Duration.ofSeconds(1))),
                second * SECOND);
    }

    private Optional<String> ejected(long second) {
        return loads.ejected(ONE, second * SECOND).map(Reason::text);
    }

    @Test
    void countsWhileItIsSaidAndIsForgottenWhenReportsStop() {
        report("gateway-1", Health.UNKNOWN, "", 1);
        assertThat(ejected(1)).isEmpty();
        report("gateway-1", Health.EJECTED, "5 failures in a row", 2);
        assertThat(ejected(4))
                .contains(
                        "ejected by 1 of 1 gateways that say how it is, first gateway-1: 5 failures"
                                + " in a row");
        assertThat(ejected(6)).as("three reports were missed").isEmpty();
        report("gateway-1", Health.EJECTED, "5 failures in a row", 7);
        report("gateway-1", Health.HEALTHY, "answers well", 8);
        assertThat(ejected(8)).isEmpty();
        report("gateway-1", Health.EJECTED, "5 failures in a row", 9);
        loads.ended("gateway-1", "gateway-1");
        assertThat(ejected(9)).isEmpty();
    }

    @Test
    void oneOfThreeMayBeWrongAndHalfOfThemAreNot() {
        report("gateway-1", Health.HEALTHY, "", 1);
        report("gateway-2", Health.HEALTHY, "", 1);
        report("gateway-3", Health.EJECTED, "refused", 1);
        assertThat(ejected(1)).isEmpty();
        report("gateway-2", Health.UNKNOWN, "", 2);
        report("gateway-1", Health.HEALTHY, "", 2);
        assertThat(ejected(2).orElseThrow()).startsWith("ejected by 1 of 2 gateways");
        // What the others said is too old to count; nor does it count against this one.
        report("gateway-3", Health.EJECTED, "refused", 9);
        assertThat(ejected(9).orElseThrow()).startsWith("ejected by 1 of 1 gateways");
    }

    @Test
    void whatIsNotUnderstoodIsLeftOut() {
        Value number = Value.newBuilder().setNumberValue(1).build();
        assertThat(HealthMetadata.read(Struct.getDefaultInstance())).isEmpty();
        assertThat(HealthMetadata.read(struct(number))).isEmpty();
        Struct odd = Struct.newBuilder().putFields("state", number).build();
        assertThat(HealthMetadata.read(struct(Value.newBuilder().setStructValue(odd).build())))
                .isEmpty();
    }

    private static Struct struct(Value of) {
        return Struct.newBuilder().putFields("dev.ebb.health", of).build();
    }
}
