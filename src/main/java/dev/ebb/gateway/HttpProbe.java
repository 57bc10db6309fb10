package dev.ebb.gateway;

import dev.ebb.balance.CheckResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A check in HTTP/1.1: a GET whose status is 2xx or 3xx. */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpProbe extends Probe {
    /** {@code HTTP/1.1 200} is all that is looked at. */
    private static final int STATUS_BYTES = 12;

    /** What is read of an answer at most; resetting a connection fills instances' logs. */
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final String authority;
    private final String path;
    private final byte[] status = new byte[STATUS_BYTES];
    private int received;
    private int answerBytes;

    HttpProbe(Consumer<CheckResult> report, String authority, String path) {
        super(report);
        this.authority = authority;
        this.path = path;
    }

    @Override
    void ask(Channel open) {
        var request =
                String.join(
                        "\r\n",
                        "GET " + path + " HTTP/1.1",
                        "Host: " + authority,
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
        if (received == STATUS_BYTES && !isDone()) {
            var line = new String(status, StandardCharsets.ISO_8859_1);
            boolean good = line.matches("HTTP/1\\.[01] [23]\\d\\d");
            tell(good ? CheckResult.GOOD : CheckResult.BAD_ANSWER);
        }
        if (answerBytes > ANSWER_BYTES_MAX) {
            ctx.close();
        }
    }
}
