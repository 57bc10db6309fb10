package dev.ebb.xds;

import com.github.xds.data.orca.v3.OrcaLoadReport;
import com.github.xds.service.orca.v3.OpenRcaServiceGrpc;
import com.github.xds.service.orca.v3.OrcaLoadReportRequest;
import com.google.protobuf.Duration;
import dev.ebb.control.OrcaFigures;
import dev.ebb.control.SelfReports.Asked;
import dev.ebb.control.SelfReports.Heard;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The reports of one instance: a stream, and when it has ended, after a while another one. What was
 * said counts as long as the stream stands, since at the same address there may be another instance
 * later. Plaintext, as gRPC's servers have it inside a cluster. Thread-safe.
 */
final class OrcaStream {
    private static final int REPORT_MAX_BYTES = 64 << 10;
    private static final int CONNECT_MILLIS = 3_000;

    /** Servers take pings that come more often than every five minutes for an attack (gRFC A8). */
    private static final long KEEPALIVE_SECONDS = 330;

    /** So long nothing may come, if more than three reports should have; then it begins anew. */
    static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(100);

    private static final long AGAIN_FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long AGAIN_MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Its server will not learn it soon. */
    private static final long AGAIN_UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Asked asked;
    private final RandomGenerator random;
    private final long silentNanos;
    private final Runnable malformed;
    private @Nullable ManagedChannel channel;
    private @Nullable ClientCallStreamObserver<OrcaLoadReportRequest> call;
    private long dueNanos = System.nanoTime();
    private long waitNanos = AGAIN_FIRST_NANOS;
    private long heardNanos;
    private boolean closed;

    /** Whether the stream ends since nothing came by it. */
    private boolean gaveUp;

    private volatile Heard heard = Heard.NOTHING;

    /**
     * @param malformed told of each report that is ignored
     */
    OrcaStream(Asked asked, RandomGenerator random, long silentNanos, Runnable malformed) {
        this.asked = asked;
        this.random = random;
        this.silentNanos = silentNanos;
        this.malformed = malformed;
    }

    Heard heard() {
        return heard;
    }

    /** Whether nothing is under way, and it is time. */
    synchronized boolean isDue(long nowNanos) {
        return !closed && call == null && nowNanos - dueNanos >= 0;
    }

    /** Who says nothing for long may have gone without a word: what is open is given up. */
    synchronized void giveUpIfSilent(long nowNanos) {
        ClientCallStreamObserver<OrcaLoadReportRequest> open = call;
        long limit = Math.max(silentNanos, 3 * asked.every().toNanos());
        if (open != null && nowNanos - heardNanos > limit) {
            gaveUp = true;
            open.cancel("it says nothing", null);
        }
    }

    /** One stream; it tells of its end by itself. */
    synchronized void begin() {
        heardNanos = System.nanoTime();
        if (heard.equals(Heard.NOTHING)) {
            heard = new Heard(Optional.empty(), Optional.of("it has not reported yet"));
        }
        ManagedChannel open =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(
                                        InetAddress.ofLiteral(asked.address()), asked.port()),
                                InsecureChannelCredentials.create())
                        .directExecutor()
                        .disableRetry()
                        .maxInboundMessageSize(REPORT_MAX_BYTES)
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                        .build();
        channel = open;
        long millis = asked.every().toMillis();
        var request =
                OrcaLoadReportRequest.newBuilder()
                        .setReportInterval(
                                Duration.newBuilder()
                                        .setSeconds(millis / 1_000)
                                        .setNanos((int) (millis % 1_000) * 1_000_000))
                        .build();
        OpenRcaServiceGrpc.newStub(open).streamCoreMetrics(request, new Ear());
    }

    private final class Ear
            implements ClientResponseObserver<OrcaLoadReportRequest, OrcaLoadReport> {
        @Override
        public void beforeStart(ClientCallStreamObserver<OrcaLoadReportRequest> begun) {
            call = begun;
        }

        @Override
        public void onNext(OrcaLoadReport report) {
            told(report);
        }

        @Override
        public void onError(Throwable why) {
            ended(Status.fromThrowable(why));
        }

        @Override
        public void onCompleted() {
            ended(Status.UNAVAILABLE.withDescription("it ended its reports"));
        }
    }

    private synchronized void told(OrcaLoadReport report) {
        if (closed) {
            return;
        }
        waitNanos = AGAIN_FIRST_NANOS;
        heardNanos = System.nanoTime();
        double own =
                report.getApplicationUtilization() > 0
                        ? report.getApplicationUtilization()
                        : report.getCpuUtilization();
        double most =
                report.getUtilizationMap().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(0);
        OrcaFigures figures = figures(report);
        Optional<String> wrong =
                wrong("the application's or CPU's utilization", own)
                        .or(() -> wrong("a named utilization", most))
                        .or(() -> wrong("the memory's utilization", report.getMemUtilization()));
        if (wrong.isPresent() || figures.ignored() > 0) {
            malformed.run();
        }
        heard =
                wrong.map(why -> new Heard(Optional.empty(), Optional.of(why)))
                        .orElseGet(() ->
                                new Heard(
                                        Optional.of(figures.told(System.nanoTime())),
                                        Optional.empty()));
    }

    private static Optional<String> wrong(String what, double value) {
        return isSane(value)
                ? Optional.empty()
                : Optional.of("its report makes no sense: %s is %s".formatted(what, value));
    }

    /** In protobuf 0 is as good as nothing said, but in a map: what is not said is not there. */
    private static OrcaFigures figures(OrcaLoadReport report) {
        var figures = new OrcaFigures();
        Map<String, Double> plain =
                Map.of(
                        OrcaFigures.CPU, report.getCpuUtilization(),
                        OrcaFigures.MEMORY, report.getMemUtilization(),
                        OrcaFigures.APPLICATION, report.getApplicationUtilization(),
                        OrcaFigures.RPS, report.getRpsFractional(),
                        OrcaFigures.EPS, report.getEps());
        plain.forEach((name, value) -> {
            if (value != 0) {
                figures.add(name, value);
            }
        });
        // In one order, so that of too many it is always the same that are left out.
        new TreeMap<>(report.getUtilizationMap())
                .forEach((name, value) -> figures.add(OrcaFigures.UTILIZATION + name, value));
        new TreeMap<>(report.getNamedMetricsMap())
                .forEach((name, value) -> figures.add(OrcaFigures.NAMED + name, value));
        return figures;
    }

    private static boolean isSane(double value) {
        return value >= 0 && value <= OrcaFigures.SHARE_MAX;
    }

    private synchronized void ended(Status why) {
        call = null;
        if (isUnreadable(why)) {
            malformed.run();
        }
        heard =
                new Heard(
                        Optional.empty(),
                        Optional.of(gaveUp ? "it has said nothing for long" : words(why)));
        gaveUp = false;
        boolean unknown = why.getCode() == Status.Code.UNIMPLEMENTED;
        long pause = unknown ? AGAIN_UNKNOWN_NANOS : waitNanos;
        dueNanos = System.nanoTime() + pause / 2 + random.nextLong(pause / 2);
        waitNanos = Math.min(2 * waitNanos, AGAIN_MOST_NANOS);
        end();
    }

    /** What gRPC makes of a message that is none: it cancels, and says what it stumbled over. */
    private boolean isUnreadable(Status why) {
        return !closed
                && !gaveUp
                && why.getCode() == Status.Code.CANCELLED
                && why.getCause() != null;
    }

    private String words(Status why) {
        String at = asked.address() + " port " + asked.port();
        if (isUnreadable(why)) {
            return "what it reports at " + at + " cannot be read";
        }
        return switch (why.getCode()) {
            case UNIMPLEMENTED -> "who listens at " + at + " offers no ORCA reports";
            case UNAVAILABLE -> "nobody who reports can be reached at " + at;
            default -> "asked at %s it said %s".formatted(at, why.getCode());
        };
    }

    private void end() {
        ManagedChannel open = channel;
        channel = null;
        if (open != null) {
            open.shutdownNow();
        }
    }

    synchronized void close() {
        closed = true;
        ClientCallStreamObserver<OrcaLoadReportRequest> open = call;
        if (open != null) {
            open.cancel("not asked any more", null);
        }
        end();
    }
}
