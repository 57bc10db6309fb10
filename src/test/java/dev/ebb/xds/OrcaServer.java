package dev.ebb.xds;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.services.MetricRecorder;
import io.grpc.xds.orca.OrcaServiceImpl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gRPC server that reports its own load as grpc-java's servers do, on loopback. */
public final class OrcaServer implements AutoCloseable {
    private static final long LEAST_MILLIS = 50;
    private static final long NEVER_MILLIS = 3_600_000;

    /** What it reports. */
    public final MetricRecorder metrics = MetricRecorder.newInstance();

    /** Streams of reports that are open. */
    final AtomicInteger streams = new AtomicInteger();

    /** Those that were ever begun. */
    final AtomicInteger begun = new AtomicInteger();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Server server;
    private final int port;

    /**
     * @param port 0 for any
     * @param reports whether it offers reports at all
     */
    public OrcaServer(int port, boolean reports) throws IOException {
        this(port, reports, LEAST_MILLIS);
    }

    /** One that reports once, and then for an hour nothing. */
    static OrcaServer silent() throws IOException {
        return new OrcaServer(0, true, NEVER_MILLIS);
    }

    private OrcaServer(int port, boolean reports, long leastMillis) throws IOException {
        var builder =
                NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        InsecureServerCredentials.create());
        if (reports) {
            var service =
                    OrcaServiceImpl.createService(
                            timer, metrics, leastMillis, TimeUnit.MILLISECONDS);
            builder.addService(ServerInterceptors.intercept(service, new Counting()));
        }
        server = builder.build().start();
        this.port = server.getPort();
    }

    private final class Counting implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata head, ServerCallHandler<A, B> next) {
            streams.incrementAndGet();
            begun.incrementAndGet();
            return new SimpleForwardingServerCallListener<>(next.startCall(call, head)) {
                @Override
                public void onCancel() {
                    streams.decrementAndGet();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    streams.decrementAndGet();
                    super.onComplete();
                }
            };
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        server.shutdownNow();
        timer.shutdownNow();
    }
}
