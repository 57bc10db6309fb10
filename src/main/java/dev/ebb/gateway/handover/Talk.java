package dev.ebb.gateway.handover;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One side of a conversation in lines. Lines are limited in length, and whoever exceeds that is
 * hung up on. They are limited in number as long as nobody hears them, too: then no more is read,
 * and the other side has to wait. {@link #send} and {@link #hear} are for one thread, the rest for
 * any.
 */
public final class Talk implements AutoCloseable {
    static final int LONGEST_LINE = 8 * 1024;

    /** From this many unheard lines on nothing is read; what was read by then may be some more. */
    private static final int LINES_MAX = 4096;

    private static final Duration SEND_MAX = Duration.ofSeconds(5);
    private static final Duration SLICE = Duration.ofMillis(20);

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Channel channel;

    private Talk(Channel channel) {
        this.channel = channel;
    }

    /** On the channel's event loop, before anything is read. */
    static Talk over(Channel channel) {
        var talk = new Talk(channel);
        channel.pipeline().addLast(talk.new Reader());
        return talk;
    }

    private final class Reader extends SimpleChannelInboundHandler<ByteBuf> {
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
            while (bytes.isReadable()) {
                byte next = bytes.readByte();
                if (next == '\n') {
                    lines.add(partial.toString(StandardCharsets.UTF_8));
                    partial.reset();
                    continue;
                }
                partial.write(next);
                if (partial.size() > LONGEST_LINE) {
                    var _ = ctx.close();
                    return;
                }
            }
            if (lines.size() >= LINES_MAX) {
                ctx.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended.countDown();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }

    /**
     * Says a line.
     *
     * @throws HandoverException when the other side has ended or takes nothing
     */
    public void send(String line) throws HandoverException {
        byte[] bytes = (line.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8);
        var sent = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        if (!sent.awaitUninterruptibly(SEND_MAX.toMillis()) || !sent.isSuccess()) {
            throw new HandoverException("the other process has ended");
        }
    }

    /**
     * The next line.
     *
     * @throws HandoverException when the other side has ended, or says nothing for so long
     */
    public String hear(Duration limit) throws HandoverException, InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            boolean over = hasEnded();
            // What it said before it ended still counts.
            String line = take(over ? Duration.ZERO : SLICE);
            if (line != null) {
                return line;
            }
            if (over) {
                throw new HandoverException("the other process has ended");
            }
            if (System.nanoTime() - until > 0) {
                throw new HandoverException(
                        "the other process said nothing for %s s".formatted(seconds(limit)));
            }
        }
    }

    /**
     * The next line, if there is one within this time.
     *
     * @throws HandoverException when the other side has ended, and all that it said was heard
     */
    public Optional<String> poll(Duration limit) throws HandoverException, InterruptedException {
        boolean over = hasEnded();
        String line = take(over ? Duration.ZERO : limit);
        if (line == null && over) {
            throw new HandoverException("the other process has ended");
        }
        return Optional.ofNullable(line);
    }

    /** Null when there is none in this time. */
    private @Nullable String take(Duration limit) throws InterruptedException {
        if (lines.size() < LINES_MAX / 2 && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        return lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0
                ? Long.toString(limit.toSeconds())
                : Double.toString(limit.toMillis() / 1e3);
    }

    /** Whether the other process has closed its side, or has ended in whatever way. */
    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(SEND_MAX.toMillis());
    }
}
