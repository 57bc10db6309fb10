package dev.ebb.gateway;

import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.CheckResult;
import dev.ebb.balance.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One active check on a connection of its own: a TCP connect, or a GET whose status is 2xx or 3xx.
 * Reports exactly once, within the timeout, on the loop that runs it.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Probe extends ChannelInboundHandlerAdapter {
    /** {@code HTTP/1.1 200} is all that is looked at. */
    private static final int STATUS_BYTES = 12;

    /** What is read of an answer at most; resetting a connection fills instances' logs. */
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final Consumer<CheckResult> report;
    private final boolean http;
    private final byte[] status = new byte[STATUS_BYTES];
    private int received;
    private int answerBytes;
    private boolean connected;
    private boolean done;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> timer;

    private Probe(Consumer<CheckResult> report, boolean http) {
        this.report = report;
        this.http = http;
    }

    static void run(
            GatewayLoop loop,
            Endpoint endpoint,
            CheckPolicy policy,
            Optional<TlsDialer> tls,
            Consumer<CheckResult> report) {
        var probe = new Probe(report, policy.httpPath().isPresent());
        int timeout = (int) Math.min(Integer.MAX_VALUE, policy.timeout().toMillis());
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop.eventLoop())
                        .channel(loop.settings().transport().socketChannel())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.max(1, timeout))
                        .option(ChannelOption.TCP_NODELAY, true);
        var address = UpstreamPool.address(endpoint.host(), endpoint.port());
        probe.timer =
                loop.eventLoop()
                        .schedule(
                                () ->
                                        probe.end(
                                                probe.connected
                                                        ? CheckResult.TIMEOUT
                                                        : CheckResult.NO_CONNECTION),
                                policy.timeout().toNanos(),
                                TimeUnit.NANOSECONDS);
        if (tls.isPresent()) {
            tls.get()
                    .connect(
                            bootstrap,
                            address,
                            probe,
                            (open, failure) -> probe.opened(open, failure, endpoint, policy));
            return;
        }
        ChannelFuture opened = bootstrap.handler(probe).connect(address);
        opened.addListener((ChannelFuture future) ->
                probe.opened(future.channel(), future.cause(), endpoint, policy));
    }

    private void opened(
            Channel open, @Nullable Throwable failure, Endpoint endpoint, CheckPolicy policy) {
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
        if (!http) {
            end(CheckResult.GOOD);
            return;
        }
        var request =
                String.join(
                        "\r\n",
                        "GET " + policy.httpPath().get() + " HTTP/1.1",
                        "Host: " + endpoint.host() + ":" + endpoint.port(),
                        "User-Agent: ebb-check",
                        "Connection: close",
                        "",
                        "");
        open.writeAndFlush(Unpooled.wrappedBuffer(Bytes.ascii(request)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int wanted = Math.min(bytes.readableBytes(), STATUS_BYTES - received);
        answerBytes += bytes.readableBytes();
        bytes.readBytes(status, received, wanted);
        received += wanted;
        bytes.release();
        if (received == STATUS_BYTES && !done) {
            var line = new String(status, StandardCharsets.ISO_8859_1);
            boolean good = line.matches("HTTP/1\\.[01] [23]\\d\\d");
            tell(good ? CheckResult.GOOD : CheckResult.BAD_ANSWER);
        }
        if (answerBytes > ANSWER_BYTES_MAX) {
            ctx.close();
        }
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
    private void end(CheckResult result) {
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

    private void tell(CheckResult result) {
        if (!done) {
            done = true;
            report.accept(result);
        }
    }
}
