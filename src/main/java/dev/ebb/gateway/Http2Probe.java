package dev.ebb.gateway;

import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.CheckResult;
import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.Http2Connection;
import dev.ebb.gateway.http2.Http2Listener;
import dev.ebb.gateway.http2.Http2Output;
import dev.ebb.gateway.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A check in HTTP/2: a GET whose status is 2xx or 3xx, or gRPC's health check (the method Check of
 * grpc.health.v1.Health), which is good when the answer is SERVING.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Probe extends Probe implements Http2Listener, Http2Output {
    /** Where gRPC's health check is asked for (grpc.health.v1). */
    static final String GRPC = "/grpc.health.v1.Health/Check";

    private static final int ANSWER_BYTES_MAX = 1 << 20;

    /** What HealthCheckResponse says in gRPC's frame: five bytes of it, then status = SERVING. */
    private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};

    private final LoopService service;
    private final String authority;
    private final CheckPolicy policy;
    private final boolean grpc;
    private final byte[] message = new byte[SERVING.length];
    private int messageBytes;
    private int answerBytes;
    private int status;
    private boolean grpcOk;
    private @Nullable Channel channel;
    private @Nullable Http2Connection http2;

    Http2Probe(
            Consumer<CheckResult> report,
            LoopService service,
            String authority,
            CheckPolicy policy) {
        super(report);
        this.service = service;
        this.authority = authority;
        this.policy = policy;
        grpc = policy.grpcService().isPresent();
    }

    @Override
    void ask(Channel open) {
        channel = open;
        GatewayLoop loop = service.loop;
        var begun =
                new Http2Connection(
                        Http2Connection.Side.CLIENT,
                        loop.toInstances(),
                        loop.scratch(),
                        loop.allocator(),
                        this,
                        this,
                        System.nanoTime());
        http2 = begun;
        begun.start();
        Http2Stream stream = begun.open(false, this);
        FieldSink fields = begun.beginFields(stream);
        add(fields, ":method", grpc ? "POST" : "GET");
        add(fields, ":scheme", service.tls.isPresent() ? "https" : "http");
        add(fields, ":authority", authority);
        add(fields, ":path", grpc ? GRPC : policy.httpPath().orElse("/"));
        add(fields, "user-agent", "ebb-check");
        if (grpc) {
            add(fields, "content-type", "application/grpc");
            add(fields, "te", "trailers");
        }
        begun.endFields(stream, !grpc);
        if (grpc) {
            begun.data(stream, question(policy.grpcService().orElse("")), true);
        }
        begun.flush();
    }

    private static void add(FieldSink out, String name, String value) {
        byte[] n = Bytes.ascii(name);
        byte[] v = Bytes.ascii(value);
        out.field(n, 0, n.length, v, 0, v.length, 0);
    }

    /** A HealthCheckRequest in gRPC's frame: its only field is the service's name. */
    private static ByteBuf question(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuf field = Unpooled.buffer();
        if (text.length > 0) {
            field.writeByte(0x0a);
            int left = text.length;
            while (left > 0x7f) {
                field.writeByte((left & 0x7f) | 0x80);
                left >>>= 7;
            }
            field.writeByte(left).writeBytes(text);
        }
        int size = field.readableBytes();
        return Unpooled.buffer(5 + size).writeByte(0).writeInt(size).writeBytes(field);
    }

    // ---- Http2Listener

    @Override
    public FieldSink fields(Http2Stream stream) {
        return (name, nameFrom, nameTo, value, from, to, traits) -> {
            var called = text(name, nameFrom, nameTo);
            if (called.equals(":status")) {
                status = Integer.parseInt(text(value, from, to));
            } else if (called.equals("grpc-status")) {
                grpcOk = text(value, from, to).equals("0");
            }
        };
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void head(Http2Stream stream, boolean end) {
        if (!grpc) {
            tell(status >= 200 && status < 400 ? CheckResult.GOOD : CheckResult.BAD_ANSWER);
        }
        if (end) {
            complete();
        }
    }

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        int wanted = Math.min(length, message.length - messageBytes);
        in.getBytes(in.readerIndex(), message, messageBytes, wanted);
        messageBytes += wanted;
        answerBytes += length;
        if (http2 != null) {
            http2.consumed(stream, length);
        }
        if (answerBytes > ANSWER_BYTES_MAX) {
            end(CheckResult.BAD_ANSWER);
        } else if (end) {
            complete();
        }
    }

    @Override
    public void trailers(Http2Stream stream) {
        complete();
    }

    private void complete() {
        boolean serving = status == 200 && grpcOk && Arrays.equals(message, SERVING);
        end(serving ? CheckResult.GOOD : CheckResult.BAD_ANSWER);
    }

    @Override
    public void interim(Http2Stream stream, int interim) {
        // The final answer counts.
    }

    @Override
    public void headTooLarge(Http2Stream stream, boolean end) {
        end(CheckResult.BAD_ANSWER);
    }

    @Override
    public void writable(Http2Stream stream) {
        // Nothing more is to be sent.
    }

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {
        end(CheckResult.BAD_ANSWER);
    }

    @Override
    public void goAway(int code) {
        // Told of by what becomes of the stream.
    }

    @Override
    public void drained() {
        end(CheckResult.BAD_ANSWER);
    }

    @Override
    public void failed(int code, String why) {
        end(CheckResult.BAD_ANSWER);
    }

    // ---- Http2Output

    @Override
    public void write(ByteBuf bytes) {
        Channel open = channel;
        if (open == null) {
            bytes.release();
        } else {
            open.write(bytes);
        }
    }

    @Override
    public void flush() {
        Channel open = channel;
        if (open != null) {
            open.flush();
        }
    }

    @Override
    public boolean writable() {
        return true;
    }

    // ---- Netty's side

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object received) {
        ByteBuf bytes = (ByteBuf) received;
        if (http2 == null) {
            bytes.release();
        } else {
            http2.receive(bytes, System.nanoTime());
            http2.flush();
        }
    }
}
