package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A request's head, read in three ways that have to agree: the short way for one that is here as a
 * whole, the long way that first looks for its end, and {@link ReferenceHead}. What is accepted has
 * to go out in the same reading, in the eyes of a {@link StrictReader}.
 */
public final class RequestHeadFuzz {
    private static final RequestHead FAST = requestHead();
    private static final RequestHead STRICT = requestHead();
    private static final HeadRewriter REWRITER = new HeadRewriter(GatewaySettings.DEFAULT);
    private static final Peer PEER =
            new Peer(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 2),
                    Optional.empty(),
                    false);

    /** As many bytes as the short way looks at. */
    private static final int SHORT_BYTES = 4095;

    private RequestHeadFuzz() {}

    private static RequestHead requestHead() {
        return new RequestHead(
                new Head(ReferenceHead.MOST_FIELDS), ReferenceHead.MOST_TARGET_BYTES);
    }

    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, ISO_8859_1);
        var reference = ReferenceHead.read(text);
        var strict = strict(Unpooled.wrappedBuffer(data));
        Fuzz.same(text, reference, strict);
        FAST.head.peek(Unpooled.wrappedBuffer(data));
        boolean taken = FAST.read() == null && FAST.head.length <= ReferenceHead.MOST_BYTES;
        if (taken) {
            Fuzz.same(text, strict, reading(FAST));
            checkForwarded(text, FAST);
        }
        if (accepted(strict)) {
            if (STRICT.head.length <= SHORT_BYTES && !taken) {
                throw new IllegalStateException("not taken the short way: " + text);
            }
            checkForwarded(text, STRICT);
        }
    }

    private static boolean accepted(String reading) {
        return !reading.equals(ReferenceHead.REFUSED) && !reading.equals(ReferenceHead.INCOMPLETE);
    }

    private static String strict(ByteBuf in) {
        int end = Head.endOf(in, 0);
        int size = end < 0 ? in.readableBytes() : end;
        if (end == Head.BARE_LF || size > ReferenceHead.MOST_BYTES) {
            return ReferenceHead.REFUSED;
        }
        if (end == Head.INCOMPLETE) {
            return ReferenceHead.INCOMPLETE;
        }
        STRICT.head.load(in, end);
        return STRICT.read() == null ? reading(STRICT) : ReferenceHead.REFUSED;
    }

    private static String reading(RequestHead request) {
        var head = request.head;
        var path = text(head, request.pathStart, request.targetEnd);
        boolean whole = path.isEmpty() && request.isOptions();
        boolean slash = request.absolute && !path.startsWith("/");
        return ReferenceHead.reading(
                head.length,
                text(head, 0, request.methodEnd),
                whole ? "*" : slash ? "/" + path : path,
                text(head, request.hostStart, request.hostEnd),
                request.chunked ? "chunked" : String.valueOf(request.contentLength),
                request.keepAlive,
                request.expectContinue,
                request.upgrade);
    }

    private static String text(Head head, int start, int end) {
        return new String(head.bytes, start, end - start, ISO_8859_1);
    }

    /** Its reading by who gets it, without what was for this hop only. */
    private static void checkForwarded(String text, RequestHead request) {
        ByteBuf out =
                REWRITER.request(
                        request,
                        RouteEntry.NO_ROUTE,
                        PEER,
                        RequestIds.NONE,
                        UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes).release();
        try {
            var reader = new StrictReader(new ByteArrayInputStream(bytes));
            var seen = reader.head();
            if (reader.taken() != bytes.length) {
                throw new IllegalStateException("more than one head: " + text);
            }
            var chunked = !seen.values("transfer-encoding").isEmpty();
            var lengths = seen.values("content-length");
            var framing = chunked ? "chunked" : lengths.isEmpty() ? "0" : lengths.getFirst();
            boolean noHost = request.hostEnd == 0;
            Fuzz.same(
                    text,
                    reading(request),
                    ReferenceHead.reading(
                            request.head.length,
                            seen.method(),
                            seen.target(),
                            noHost ? "" : seen.host(),
                            framing,
                            request.keepAlive,
                            request.expectContinue && !seen.values("expect").isEmpty(),
                            !seen.values("upgrade").isEmpty()));
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
