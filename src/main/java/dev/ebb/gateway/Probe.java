package dev.ebb.gateway;

import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.CheckResult;
import dev.ebb.balance.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One active check on a connection of its own. This one is content with the connection; others ask
 * something in the service's protocol. Reports exactly once, within the timeout, on the loop that
 * runs it.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
class Probe extends ChannelInboundHandlerAdapter {
    private final Consumer<CheckResult> report;
    private boolean connected;
    private boolean done;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> timer;

    Probe(Consumer<CheckResult> report) {
        this.report = report;
    }

    static void run(
            LoopService service,
            Endpoint endpoint,
            CheckPolicy policy,
            Consumer<CheckResult> report) {
        var authority = endpoint.host() + ":" + endpoint.port();
        Probe probe;
        if (policy.grpcService().isPresent()
                || (policy.httpPath().isPresent() && !service.speaksHttp1())) {
            probe = new Http2Probe(report, service, authority, policy);
        } else if (policy.httpPath().isPresent()) {
            probe = new HttpProbe(report, authority, policy.httpPath().get());
        } else {
            probe = new Probe(report);
        }
        probe.begin(service.loop, endpoint, policy, service.tls);
    }

    private void begin(
            GatewayLoop loop, Endpoint endpoint, CheckPolicy policy, Optional<TlsDialer> tls) {
        int timeout = (int) Math.min(Integer.MAX_VALUE, policy.timeout().toMillis());
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop.eventLoop())
                        .channel(loop.settings().loops().transport().socketChannel())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.max(1, timeout))
                        .option(ChannelOption.TCP_NODELAY, true);
        var address = UpstreamPool.address(endpoint.host(), endpoint.port());
        timer =
                loop.eventLoop()
                        .schedule(this::timeout, policy.timeout().toNanos(), TimeUnit.NANOSECONDS);
        if (tls.isPresent()) {
            tls.get().connect(bootstrap, address, this, this::opened);
            return;
        }
        ChannelFuture opened = bootstrap.handler(this).connect(address);
        opened.addListener((ChannelFuture future) -> opened(future.channel(), future.cause()));
    }

    private void timeout() {
        end(connected ? CheckResult.TIMEOUT : CheckResult.NO_CONNECTION);
    }

    private void opened(Channel open, @Nullable Throwable failure) {
        channel = open;
        if (done) {
            open.close();
            return;
        }
        if (failure != null) {
            boolean answered = failure instanceof TlsDialer.TlsException;
            end(answered ? CheckResult.BAD_ANSWER : CheckResult.NO_CONNECTION);
            return;
        }
        connected = true;
        ask(open);
    }

    /** The connection stands. */
    void ask(Channel open) {
        end(CheckResult.GOOD);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(CheckResult.BAD_ANSWER);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(CheckResult.BAD_ANSWER);
    }

    /** The result stands, or time is over. An answer's rest was read until now. */
    final void end(CheckResult result) {
        tell(result);
        ScheduledFuture<?> waiting = timer;
        if (waiting != null) {
            waiting.cancel(false);
        }
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    /** The result stands; what else comes is still read. */
    final void tell(CheckResult result) {
        if (!done) {
            done = true;
            report.accept(result);
        }
    }

    final boolean isDone() {
        return done;
    }
}
