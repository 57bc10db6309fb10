package dev.ebb.bench.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * As much of HTTP/2 (RFC 9113) as a GET after the other needs, so that the generator costs little.
 * A status other than 200 in its usual encoding (RFC 7541, static entry 8) is a failure.
 */
final class H2Client extends LoadClient {
    private static final int HEAD = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ACK = 1;
    private static final int WINDOW = 1 << 30;
    private static final int STATUS_200 = 0x88;

    private final byte[] path;
    private int stream = -1;
    private boolean good;

    H2Client(Owner owner, String path) {
        super(owner);
        this.path = path.getBytes(StandardCharsets.US_ASCII);
    }

    /** The preface, with windows so large that no run fills them. */
    void greet(ChannelHandlerContext context) {
        ByteBuf out = context.alloc().buffer(64);
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(out, 6, SETTINGS, 0, 0).writeShort(4).writeInt(WINDOW);
        frame(out, 4, WINDOW_UPDATE, 0, 0).writeInt(WINDOW);
        context.writeAndFlush(out);
        start(context);
    }

    @Override
    void write(ChannelHandlerContext context) {
        stream += 2;
        good = false;
        ByteBuf out = context.alloc().buffer(64);
        frame(out, 11 + path.length, HEADERS, END_STREAM | END_HEADERS, stream);
        // GET, https, and two literals with the static names :path and :authority.
        out.writeByte(0x82).writeByte(0x87).writeByte(0x04).writeByte(path.length).writeBytes(path);
        out.writeByte(0x01).writeByte(5).writeBytes("bench".getBytes(StandardCharsets.US_ASCII));
        context.writeAndFlush(out);
    }

    private static ByteBuf frame(ByteBuf out, int length, int type, int flags, int stream) {
        return out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < HEAD) {
            return;
        }
        int start = in.readerIndex();
        int length = in.getUnsignedMedium(start);
        if (in.readableBytes() < HEAD + length) {
            return;
        }
        int type = in.getByte(start + 3);
        int flags = in.getByte(start + 4);
        int id = in.getInt(start + 5);
        ByteBuf payload = in.skipBytes(HEAD).readSlice(length);
        switch (type) {
            case SETTINGS -> acknowledge(ctx, SETTINGS, flags, payload.slice(0, 0));
            case PING -> acknowledge(ctx, PING, flags, payload);
            case HEADERS -> good = good || isStatus200(payload);
            case RST_STREAM, GOAWAY -> close();
            default -> {}
        }
        if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0 && id == stream) {
            answered(good);
        }
    }

    private static void acknowledge(
            ChannelHandlerContext ctx, int type, int flags, ByteBuf payload) {
        if ((flags & ACK) == 0) {
            ByteBuf out = ctx.alloc().buffer(HEAD + payload.readableBytes());
            frame(out, payload.readableBytes(), type, ACK, 0).writeBytes(payload);
            ctx.writeAndFlush(out);
        }
    }

    /** After updates of the table's size (001xxxxx). */
    private static boolean isStatus200(ByteBuf block) {
        int at = 0;
        while (at < block.readableBytes() && (block.getByte(at) & 0xe0) == 0x20) {
            boolean more = (block.getByte(at++) & 0x1f) == 0x1f;
            while (more && at < block.readableBytes()) {
                more = (block.getByte(at++) & 0x80) != 0;
            }
        }
        return at < block.readableBytes() && block.getUnsignedByte(at) == STATUS_200;
    }
}
