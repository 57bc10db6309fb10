package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows one message's body as it passes by, to know where it ends; the bytes themselves are
 * passed on as they came, or without the chunks around them. Strict about chunks (RFC 9112 7.1):
 * sizes are plain hexadecimal, lines end with CR LF, extensions are short and printable, trailers
 * are well-formed fields that have nothing to do with framing or routing. One event loop; used
 * again for the next message.
 */
final class BodyScanner {
    private static final int MAX_EXTENSION_BYTES = 256;
    private static final int MAX_SIZE_DIGITS = 15;

    /** What an empty stored block of deflate ends with, whatever came before it. */
    private static final int FLUSHED = 0x0000ffff;

    /** Two line feeds. */
    private static final int BLANK_LINE = 0x0a0a;

    private enum State {
        SIZE_START,
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        FIELD_START,
        FIELD_NAME,
        FIELD_VALUE,
        FIELD_LF,
        LAST_LF,
        FIXED,
        UNTIL_CLOSE,
        UNTIL_FINISHED,
        DONE,
        BAD
    }

    private final byte[] trailerName = new byte[20];
    private final int maxTrailerBytes;
    private State state = State.DONE;
    private long remaining;
    private int lineBytes;
    private int trailerBytes;
    private int nameBytes;
    private boolean framed;
    private byte @Nullable [] trailers;
    private int trailersKept;
    private NeverIndexed never = NeverIndexed.NONE;
    private @Nullable EventBorder watched;
    private boolean endsWhenFinished;
    private int tail;

    BodyScanner(int maxTrailerBytes) {
        this.maxTrailerBytes = maxTrailerBytes;
    }

    void none() {
        begin();
        state = State.DONE;
    }

    private void begin() {
        framed = false;
        endsWhenFinished = false;
        trailers = null;
        trailersKept = 0;
        never = NeverIndexed.NONE;
        watched = null;
    }

    void fixed(long length) {
        begin();
        remaining = length;
        state = length == 0 ? State.DONE : State.FIXED;
    }

    void chunked() {
        begin();
        framed = true;
        state = State.SIZE_START;
        remaining = 0;
        lineBytes = 0;
        trailerBytes = 0;
    }

    void untilClose() {
        begin();
        state = State.UNTIL_CLOSE;
    }

    /** The bytes are nothing but content, and {@link #finish} says when they end. */
    void untilFinished() {
        begin();
        state = State.UNTIL_FINISHED;
        endsWhenFinished = true;
    }

    /** All of it has come. */
    void finish(@Nullable Trailers behind) {
        state = State.DONE;
        trailers = behind == null ? null : behind.lines();
        trailersKept = behind == null ? 0 : behind.lines().length;
        never = behind == null ? NeverIndexed.NONE : behind.never();
    }

    /** Whether its chunks are among the bytes. */
    boolean framed() {
        return framed;
    }

    /** From now on the content is looked at for the ends of events; nothing of it has come yet. */
    void watchEvents(EventBorder border) {
        watched = border;
        tail = border == EventBorder.FLUSH ? FLUSHED : BLANK_LINE;
    }

    /** Whether an event has just ended, as far as can be seen, and no other has begun. */
    boolean betweenEvents() {
        EventBorder border = watched;
        boolean endable =
                switch (state) {
                    case SIZE_START, UNTIL_FINISHED -> true;
                    case UNTIL_CLOSE -> border != EventBorder.CHUNK;
                    default -> false;
                };
        return border != null && endable && tailEnds(border);
    }

    private boolean tailEnds(EventBorder border) {
        int two = tail & 0xffff;
        return switch (border) {
            case EMPTY_LINE -> two == BLANK_LINE || two == 0x0d0d || tail == 0x0d0a0d0a;
            case FLUSH -> tail == FLUSHED;
            case CHUNK -> true;
        };
    }

    private void watch(ByteBuf in, int from, int to) {
        for (int at = Math.max(from, to - 4); at < to; at++) {
            tail = tail << 8 | (in.getByte(at) & 0xff);
        }
    }

    /** There is none, and nothing but {@link #finish} says so. */
    void emptyFinished() {
        none();
        endsWhenFinished = true;
    }

    /** Whether its end is told by {@link #finish} alone. */
    boolean endsWhenFinished() {
        return endsWhenFinished;
    }

    /** Trailer fields of a body that is done and was unframed; null for none. */
    @Nullable Trailers trailers() {
        byte[] lines = trailers;
        return lines == null || trailersKept == 0
                ? null
                : new Trailers(Arrays.copyOf(lines, trailersKept), never);
    }

    /** What trailers of gRPC say; {@link GrpcStatus#NONE} without any. */
    int grpcStatus() {
        byte[] lines = trailers;
        return lines == null ? GrpcStatus.NONE : GrpcStatus.in(lines, trailersKept);
    }

    boolean done() {
        return state == State.DONE;
    }

    boolean bad() {
        return state == State.BAD;
    }

    boolean endsWithClose() {
        return state == State.UNTIL_CLOSE;
    }

    /**
     * Takes the next bytes, from the reader index on; moves nothing.
     *
     * @param content when there is one, gets a chunked body's content without its framing
     * @return how many of the bytes belong to the body; fewer than there are only at its end or
     *     when it is {@link #bad}
     */
    int accept(ByteBuf in, @Nullable ByteBuf content) {
        int readable = in.readableBytes();
        return switch (state) {
            case DONE, BAD -> 0;
            case UNTIL_CLOSE, UNTIL_FINISHED -> acceptAll(in, readable);
            case FIXED -> acceptFixed(readable);
            default -> acceptChunked(in, content);
        };
    }

    private int acceptAll(ByteBuf in, int readable) {
        if (watched != null) {
            watch(in, in.readerIndex(), in.writerIndex());
        }
        return readable;
    }

    private int acceptFixed(int readable) {
        int taken = (int) Math.min(readable, remaining);
        remaining -= taken;
        if (remaining == 0) {
            state = State.DONE;
        }
        return taken;
    }

    private int acceptChunked(ByteBuf in, @Nullable ByteBuf content) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int at = start;
        while (at < end && state != State.DONE && state != State.BAD) {
            if (state == State.DATA) {
                int taken = (int) Math.min(end - at, remaining);
                if (content != null) {
                    content.writeBytes(in, at, taken);
                }
                if (watched != null) {
                    watch(in, at, at + taken);
                }
                remaining -= taken;
                at += taken;
                if (remaining == 0) {
                    state = State.DATA_CR;
                }
            } else {
                byte b = in.getByte(at);
                state = next(b);
                at++;
                if (content != null && trailerBytes > 0) {
                    keepTrailer(b);
                }
            }
        }
        return at - start;
    }

    private void keepTrailer(byte b) {
        byte[] lines = trailers;
        if (lines == null) {
            lines = new byte[128];
            trailers = lines;
        } else if (trailersKept == lines.length) {
            lines = Arrays.copyOf(lines, lines.length * 2);
            trailers = lines;
        }
        lines[trailersKept++] = b;
        if (state == State.DONE) {
            // The empty line behind them is not theirs.
            trailersKept -= 2;
        }
    }

    private State next(byte b) {
        return switch (state) {
            case SIZE_START -> Bytes.hex(b) >= 0 ? size(b, true) : State.BAD;
            case SIZE -> size(b, false);
            case EXTENSION -> extension(b);
            case SIZE_LF -> b == Bytes.LF ? sizeEnded() : State.BAD;
            case DATA_CR -> b == Bytes.CR ? State.DATA_LF : State.BAD;
            case DATA_LF -> b == Bytes.LF ? State.SIZE_START : State.BAD;
            default -> trailer(b);
        };
    }

    private State size(byte b, boolean first) {
        if (first) {
            remaining = 0;
            lineBytes = 0;
        }
        int digit = Bytes.hex(b);
        if (digit >= 0) {
            lineBytes++;
            remaining = remaining << 4 | digit;
            return lineBytes > MAX_SIZE_DIGITS ? State.BAD : State.SIZE;
        }
        lineBytes = 0;
        if (b == Bytes.CR) {
            return State.SIZE_LF;
        }
        return b == ';' ? State.EXTENSION : State.BAD;
    }

    private State extension(byte b) {
        if (b == Bytes.CR) {
            return State.SIZE_LF;
        }
        boolean printable = (b >= 0x20 && b < 0x7f) || b == '\t';
        return printable && ++lineBytes <= MAX_EXTENSION_BYTES ? State.EXTENSION : State.BAD;
    }

    private State sizeEnded() {
        return remaining == 0 ? State.FIELD_START : State.DATA;
    }

    private State trailer(byte b) {
        if (++trailerBytes > maxTrailerBytes) {
            return State.BAD;
        }
        return switch (state) {
            case FIELD_START -> b == Bytes.CR ? State.LAST_LF : nameStarted(b);
            case FIELD_NAME -> b == ':' ? nameEnded() : name(b);
            case FIELD_VALUE -> value(b);
            case FIELD_LF -> b == Bytes.LF ? State.FIELD_START : State.BAD;
            case LAST_LF -> b == Bytes.LF ? State.DONE : State.BAD;
            default -> throw new IllegalStateException("no trailer state: " + state);
        };
    }

    private static State value(byte b) {
        if (b == Bytes.CR) {
            return State.FIELD_LF;
        }
        return Bytes.value(b) ? State.FIELD_VALUE : State.BAD;
    }

    private State nameStarted(byte b) {
        nameBytes = 0;
        return name(b);
    }

    private State name(byte b) {
        if (!Bytes.token(b)) {
            return State.BAD;
        }
        if (nameBytes < trailerName.length) {
            trailerName[nameBytes] = b;
        }
        nameBytes++;
        return State.FIELD_NAME;
    }

    /** A trailer must not be one of the fields that the gateway or the instance goes by. */
    private State nameEnded() {
        boolean plain =
                nameBytes > trailerName.length
                        || FieldName.of(trailerName, 0, nameBytes) == FieldName.OTHER;
        return plain ? State.FIELD_VALUE : State.BAD;
    }
}
