package dev.ebb.bench.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP/1.1 with responses that tell their length; any other is a failure. */
final class H1Client extends LoadClient {
    private static final ByteBuf HEAD_END = ascii("\r\n\r\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final ByteBuf request;
    private boolean inBody;
    private boolean good;
    private long left;

    H1Client(Owner owner, String path) {
        super(owner);
        request = ascii("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n");
    }

    private static ByteBuf ascii(String text) {
        ByteBuf bytes =
                Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return Unpooled.unreleasableBuffer(bytes.asReadOnly());
    }

    @Override
    void write(ChannelHandlerContext context) {
        context.writeAndFlush(request.duplicate());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (!inBody) {
            int end = ByteBufUtil.indexOf(HEAD_END, in);
            if (end < 0) {
                return;
            }
            String head =
                    in.toString(
                            in.readerIndex(),
                            end + 2 - in.readerIndex(),
                            StandardCharsets.US_ASCII);
            Matcher length = LENGTH.matcher(head);
            if (!length.find()) {
                close();
                return;
            }
            good = head.startsWith("HTTP/1.1 200 ");
            left = Long.parseLong(length.group(1));
            in.readerIndex(end + 4);
            inBody = true;
        }
        int part = (int) Math.min(left, in.readableBytes());
        in.skipBytes(part);
        left -= part;
        if (left == 0) {
            inBody = false;
            answered(good);
        }
    }
}
