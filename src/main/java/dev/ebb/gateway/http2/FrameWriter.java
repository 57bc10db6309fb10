package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames. What is small is gathered in one buffer until the flush, so that a turn of the
 * event loop makes one send; large bodies go out as they are. Counts the answers that pile up
 * because the peer does not read. One event loop.
 */
final class FrameWriter {
    /** Up to here a copy is cheaper than one more buffer to send. */
    private static final int COPIED = 4096;

    private static final int FIRST_SIZE = 2048;
    private static final int MOST_GATHERED = 32 * 1024;

    private final ByteBufAllocator allocator;
    private final Http2Output output;
    private final int maxAnswers;
    private @Nullable ByteBuf out;
    private boolean written;
    private int answers;

    FrameWriter(ByteBufAllocator allocator, Http2Output output, int maxAnswers) {
        this.allocator = allocator;
        this.output = output;
        this.maxAnswers = maxAnswers;
    }

    boolean writable() {
        return output.writable();
    }

    private ByteBuf room(int bytes) {
        ByteBuf buffer = out;
        if (buffer != null && buffer.readableBytes() + bytes > MOST_GATHERED) {
            handOver();
            buffer = null;
        }
        if (buffer == null) {
            buffer = allocator.directBuffer(Math.max(bytes, FIRST_SIZE));
            out = buffer;
        }
        return buffer;
    }

    private void handOver() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            written = true;
            output.write(buffer);
        }
    }

    void flush() {
        handOver();
        if (written) {
            written = false;
            output.flush();
        }
    }

    /** Lets go of what was not handed over. */
    void drop() {
        ByteBuf buffer = out;
        out = null;
        if (buffer != null) {
            buffer.release();
        }
    }

    private ByteBuf frame(int length, int type, int flags, int id) {
        ByteBuf buffer = room(Frames.HEAD + length);
        head(buffer, length, type, flags, id);
        return buffer;
    }

    private static void head(ByteBuf buffer, int length, int type, int flags, int id) {
        buffer.writeInt(length << 8 | type);
        buffer.writeByte(flags);
        buffer.writeInt(id);
    }

    /** Frames that the peer can make us write: too many of them wait when it does not read. */
    private void answer() {
        answers = output.writable() ? 0 : answers + 1;
    }

    boolean tooManyAnswers() {
        return answers > maxAnswers;
    }

    void preface() {
        ByteBuf buffer = room(Frames.PREFACE_LENGTH);
        for (int i = 0; i < Frames.PREFACE_LENGTH; i++) {
            buffer.writeByte(Frames.preface(i));
        }
    }

    /**
     * @param pairs an identifier and a value each
     */
    void settings(int... pairs) {
        ByteBuf buffer = frame(pairs.length * 3, Frames.SETTINGS, 0, 0);
        for (int i = 0; i < pairs.length; i += 2) {
            buffer.writeShort(pairs[i]);
            buffer.writeInt(pairs[i + 1]);
        }
    }

    void settingsAck() {
        answer();
        frame(0, Frames.SETTINGS, Frames.ACK, 0);
    }

    void ping(long payload, boolean ack) {
        if (ack) {
            answer();
        }
        frame(8, Frames.PING, ack ? Frames.ACK : 0, 0).writeLong(payload);
    }

    void reset(int id, int code) {
        answer();
        frame(4, Frames.RST_STREAM, 0, id).writeInt(code);
    }

    void windowUpdate(int id, int increment) {
        frame(4, Frames.WINDOW_UPDATE, 0, id).writeInt(increment);
    }

    void goAway(int lastId, int code, String why) {
        byte[] text = FieldTraits.ascii(why);
        frame(8 + text.length, Frames.GOAWAY, 0, 0)
                .writeInt(lastId)
                .writeInt(code)
                .writeBytes(text);
    }

    /** A whole block: HEADERS, and CONTINUATION as far as it takes. */
    void headers(int id, byte[] block, int size, boolean endStream) {
        int first = Math.min(size, Frames.MAX_PAYLOAD);
        int ends = first == size ? Frames.END_HEADERS : 0;
        int flags = ends | (endStream ? Frames.END_STREAM : 0);
        frame(first, Frames.HEADERS, flags, id).writeBytes(block, 0, first);
        for (int at = first; at < size; at += Frames.MAX_PAYLOAD) {
            int part = Math.min(size - at, Frames.MAX_PAYLOAD);
            ends = at + part == size ? Frames.END_HEADERS : 0;
            frame(part, Frames.CONTINUATION, ends, id).writeBytes(block, at, part);
        }
    }

    /** One DATA frame with the next bytes of the content, whose reader index moves on. */
    void data(int id, ByteBuf content, int size, boolean endStream) {
        int flags = endStream ? Frames.END_STREAM : 0;
        if (size <= COPIED) {
            ByteBuf buffer = room(Frames.HEAD + size);
            head(buffer, size, Frames.DATA, flags, id);
            buffer.writeBytes(content, size);
            return;
        }
        head(room(Frames.HEAD), size, Frames.DATA, flags, id);
        handOver();
        output.write(content.readRetainedSlice(size));
    }

    /** A DATA frame without content. */
    void end(int id) {
        frame(0, Frames.DATA, Frames.END_STREAM, id);
    }
}
