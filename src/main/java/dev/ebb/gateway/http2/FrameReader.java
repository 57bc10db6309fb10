package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what comes in into frames and checks the form of each (RFC 9113 4 and 6). Bodies are passed
 * on in the parts they come in; of everything else a whole frame is waited for, so no more than one
 * is ever held. One event loop.
 */
final class FrameReader {
    private final FrameHandler handler;
    private final Scratch scratch;
    private final Http2Limits limits;
    private @Nullable ByteBuf held;
    private int prefaceRead;
    private boolean settled;

    /** Of the DATA frame that is being read. */
    private boolean inData;

    private int content;
    private int padding;

    /** The stream whose head is not complete: only its CONTINUATION may follow. 0 for none. */
    private int openBlock;

    private byte[] block = new byte[0];
    private int blockSize;
    private int continuations;
    private boolean blockEndsStream;
    private boolean blockDependsOnItself;

    /**
     * @param expectsPreface the peer is a client
     */
    FrameReader(FrameHandler handler, Scratch scratch, Http2Limits limits, boolean expectsPreface) {
        this.handler = handler;
        this.scratch = scratch;
        this.limits = limits;
        prefaceRead = expectsPreface ? 0 : Frames.PREFACE_LENGTH;
    }

    /** Takes over the bytes. */
    void read(ByteBuf bytes, ByteBufAllocator allocator) {
        ByteBuf in = bytes;
        ByteBuf before = held;
        if (before != null) {
            held = null;
            in = join(before, bytes, allocator);
        }
        try {
            boolean more = true;
            while (more && !handler.ended()) {
                more = prefaceRead < Frames.PREFACE_LENGTH ? preface(in) : next(in);
            }
        } finally {
            if (in.isReadable() && !handler.ended()) {
                held = in;
            } else {
                in.release();
            }
        }
    }

    private static ByteBuf join(ByteBuf held, ByteBuf bytes, ByteBufAllocator allocator) {
        int size = held.readableBytes() + bytes.readableBytes();
        ByteBuf whole = held;
        // Others may look at what lies before; what lies behind belongs to nobody else.
        if (held.refCnt() > 1
                || held.isReadOnly()
                || held.writableBytes() < bytes.readableBytes()) {
            whole = allocator.directBuffer(Math.max(2 * size, 512));
            whole.writeBytes(held);
            held.release();
        }
        whole.writeBytes(bytes);
        bytes.release();
        return whole;
    }

    void drop() {
        ByteBuf rest = held;
        held = null;
        if (rest != null) {
            rest.release();
        }
    }

    /** Whether a head or another short frame has begun to come in and is not complete. */
    boolean inFrame() {
        return held != null || openBlock != 0;
    }

    private boolean preface(ByteBuf in) {
        while (prefaceRead < Frames.PREFACE_LENGTH && in.isReadable()) {
            if (in.readByte() != Frames.preface(prefaceRead)) {
                handler.broken(Http2Error.PROTOCOL_ERROR, "no HTTP/2 preface");
                return false;
            }
            prefaceRead++;
        }
        return in.isReadable();
    }

    /** Reads one frame, or a part of a body; false when there is not enough for that. */
    private boolean next(ByteBuf in) {
        if (inData) {
            return data(in);
        }
        if (in.readableBytes() < Frames.HEAD) {
            return false;
        }
        int at = in.readerIndex();
        int lengthAndType = in.getInt(at);
        int length = lengthAndType >>> 8;
        int type = lengthAndType & 0xff;
        int flags = in.getUnsignedByte(at + 4);
        int id = in.getInt(at + 5) & Integer.MAX_VALUE;
        if (length > Frames.MAX_PAYLOAD) {
            return bad(Http2Error.FRAME_SIZE_ERROR, "a frame of %d bytes".formatted(length));
        }
        if (!settled && (type != Frames.SETTINGS || (flags & Frames.ACK) != 0)) {
            return bad(Http2Error.PROTOCOL_ERROR, "the first frame must be SETTINGS");
        }
        if (openBlock != 0 && (type != Frames.CONTINUATION || id != openBlock)) {
            return bad(Http2Error.PROTOCOL_ERROR, "a head must be followed by its rest");
        }
        if (type == Frames.DATA) {
            return beginData(in, length, flags, id);
        }
        if (in.readableBytes() < Frames.HEAD + length) {
            return false;
        }
        settled = true;
        in.skipBytes(Frames.HEAD);
        int end = at + Frames.HEAD + length;
        whole(in, length, type, flags, id);
        if (!handler.ended()) {
            in.readerIndex(end);
        }
        return true;
    }

    private boolean bad(int code, String why) {
        handler.broken(code, why);
        return false;
    }

    private void whole(ByteBuf in, int length, int type, int flags, int id) {
        String flaw = flaw(length, type, flags, id);
        if (flaw != null) {
            boolean size = flaw.startsWith("a wrong size");
            bad(size ? Http2Error.FRAME_SIZE_ERROR : Http2Error.PROTOCOL_ERROR, flaw);
            return;
        }
        int at = in.readerIndex();
        boolean ack = (flags & Frames.ACK) != 0;
        switch (type) {
            case Frames.HEADERS -> headers(in, length, flags, id);
            case Frames.PRIORITY -> handler.priority(id, dependency(in, at) == id);
            case Frames.RST_STREAM -> handler.reset(id, in.getInt(at));
            case Frames.SETTINGS -> {
                if (ack) {
                    handler.settingsAck();
                } else {
                    handler.settings(in, length);
                }
            }
            case Frames.PING -> handler.ping(in.getLong(at), ack);
            case Frames.GOAWAY -> handler.goAway(dependency(in, at), in.getInt(at + 4));
            case Frames.WINDOW_UPDATE -> handler.windowUpdate(id, dependency(in, at));
            case Frames.CONTINUATION -> continuation(in, length, flags);
            default -> handler.unknown();
        }
    }

    private static int dependency(ByteBuf in, int at) {
        return in.getInt(at) & Integer.MAX_VALUE;
    }

    /** What is wrong with a frame, by its head alone. */
    private @Nullable String flaw(int length, int type, int flags, int id) {
        boolean onStream =
                type == Frames.HEADERS
                        || type == Frames.PRIORITY
                        || type == Frames.RST_STREAM
                        || type == Frames.CONTINUATION;
        boolean onConnection =
                type == Frames.SETTINGS || type == Frames.PING || type == Frames.GOAWAY;
        if ((onStream && id == 0) || (onConnection && id != 0)) {
            return "a frame on the wrong stream";
        }
        boolean sized =
                switch (type) {
                    case Frames.PRIORITY -> length == 5;
                    case Frames.RST_STREAM, Frames.WINDOW_UPDATE -> length == 4;
                    case Frames.PING -> length == 8;
                    case Frames.GOAWAY -> length >= 8;
                    case Frames.SETTINGS ->
                            (flags & Frames.ACK) != 0 ? length == 0 : length % 6 == 0;
                    default -> true;
                };
        if (!sized) {
            return "a wrong size of a frame";
        }
        if (type == Frames.PUSH_PROMISE) {
            return "a push, which was not allowed";
        }
        return type == Frames.CONTINUATION && openBlock == 0 ? "a rest without its head" : null;
    }

    // ---- Bodies

    private boolean beginData(ByteBuf in, int length, int flags, int id) {
        boolean padded = (flags & Frames.PADDED) != 0;
        if (id == 0) {
            return bad(Http2Error.PROTOCOL_ERROR, "a frame on the wrong stream");
        }
        if (padded && length == 0) {
            return bad(Http2Error.FRAME_SIZE_ERROR, "a wrong size of a frame");
        }
        int head = padded ? Frames.HEAD + 1 : Frames.HEAD;
        if (in.readableBytes() < head) {
            return false;
        }
        int size = length;
        padding = 0;
        if (padded) {
            padding = in.getUnsignedByte(in.readerIndex() + Frames.HEAD);
            size = length - 1 - padding;
            if (size < 0) {
                return bad(Http2Error.PROTOCOL_ERROR, "more padding than frame");
            }
        }
        in.skipBytes(head);
        inData = true;
        content = size;
        handler.dataBegins(id, length, size, (flags & Frames.END_STREAM) != 0);
        if (size == 0 && !handler.ended()) {
            handler.data(in, 0, true);
            inData = padding > 0;
        }
        return true;
    }

    private boolean data(ByteBuf in) {
        int readable = in.readableBytes();
        if (readable == 0) {
            return false;
        }
        if (content > 0) {
            int part = Math.min(readable, content);
            int end = in.readerIndex() + part;
            content -= part;
            handler.data(in, part, content == 0);
            if (handler.ended()) {
                return false;
            }
            in.readerIndex(end);
        } else {
            int part = Math.min(readable, padding);
            in.skipBytes(part);
            padding -= part;
        }
        inData = content + padding > 0;
        return true;
    }

    // ---- Heads

    private void headers(ByteBuf in, int length, int flags, int id) {
        int at = in.readerIndex();
        int end = at + length;
        if ((flags & Frames.PADDED) != 0) {
            if (length < 1) {
                bad(Http2Error.FRAME_SIZE_ERROR, "a wrong size of a frame");
                return;
            }
            end -= in.getUnsignedByte(at);
            at++;
        }
        boolean dependsOnItself = false;
        if ((flags & Frames.WITH_PRIORITY) != 0) {
            if (in.readerIndex() + length < at + 5) {
                bad(Http2Error.FRAME_SIZE_ERROR, "a wrong size of a frame");
                return;
            }
            dependsOnItself = dependency(in, at) == id;
            at += 5;
        }
        if (end < at) {
            bad(Http2Error.PROTOCOL_ERROR, "more padding than frame");
            return;
        }
        boolean endStream = (flags & Frames.END_STREAM) != 0;
        int size = end - at;
        if ((flags & Frames.END_HEADERS) != 0) {
            byte[] whole = scratch.block(size);
            in.getBytes(at, whole, 0, size);
            handler.headers(id, whole, size, endStream, dependsOnItself);
            return;
        }
        openBlock = id;
        blockSize = 0;
        continuations = 0;
        blockEndsStream = endStream;
        blockDependsOnItself = dependsOnItself;
        keep(in, at, size);
    }

    private void continuation(ByteBuf in, int length, int flags) {
        continuations++;
        if (continuations > limits.continuations() || blockSize + length > limits.blockBytes()) {
            bad(Http2Error.ENHANCE_YOUR_CALM, "a head that does not end");
            return;
        }
        keep(in, in.readerIndex(), length);
        if ((flags & Frames.END_HEADERS) == 0) {
            return;
        }
        byte[] whole = block;
        int size = blockSize;
        int id = openBlock;
        block = new byte[0];
        openBlock = 0;
        handler.headers(id, whole, size, blockEndsStream, blockDependsOnItself);
    }

    private void keep(ByteBuf in, int at, int size) {
        if (block.length - blockSize < size) {
            block = Arrays.copyOf(block, Math.max(blockSize + size, block.length * 2));
        }
        in.getBytes(at, block, blockSize, size);
        blockSize += size;
    }
}
