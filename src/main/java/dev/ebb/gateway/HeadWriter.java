package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/** Puts heads together in an array that is used again, and hands them out as one buffer each. */
final class HeadWriter {
    private byte[] out = new byte[4096];
    private int size;

    void clear() {
        size = 0;
        if (out.length > 64 * 1024) {
            out = new byte[4096];
        }
    }

    HeadWriter add(byte[] text) {
        return add(text, 0, text.length);
    }

    HeadWriter add(byte[] text, int start, int end) {
        int length = end - start;
        if (size + length > out.length) {
            out = Arrays.copyOf(out, Math.max(size + length, out.length * 2));
        }
        System.arraycopy(text, start, out, size, length);
        size += length;
        return this;
    }

    HeadWriter addByte(char ascii) {
        if (size == out.length) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        out[size++] = (byte) ascii;
        return this;
    }

    HeadWriter add(HeadWriter other) {
        return add(other.out, 0, other.size);
    }

    /** Whether this, and nothing else, is in it. */
    boolean is(String text) {
        if (text.length() != size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (out[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    HeadWriter add(int threeDigits) {
        byte[] digits = {
            (byte) ('0' + threeDigits / 100),
            (byte) ('0' + threeDigits / 10 % 10),
            (byte) ('0' + threeDigits % 10)
        };
        return add(digits);
    }

    /** As a head to be read, which is copied. */
    void copyTo(Head head) {
        head.load(out, size);
    }

    byte[] toBytes() {
        return Arrays.copyOf(out, size);
    }

    int size() {
        return size;
    }

    /**
     * @param room for so many more bytes, that the caller is going to append
     */
    ByteBuf toBuffer(ByteBufAllocator allocator, int room) {
        return allocator.directBuffer(size + room).writeBytes(out, 0, size);
    }

    /** Whether {@link #putBefore} can be used. */
    boolean fitsBefore(ByteBuf body) {
        return size <= body.readerIndex() && body.refCnt() == 1 && body.unwrap() == null;
    }

    /**
     * In the room in front of what is still to be read, where the head was that this one takes the
     * place of: head and body then go out as one piece, and nothing is copied.
     */
    void putBefore(ByteBuf body) {
        int start = body.readerIndex() - size;
        body.setBytes(start, out, 0, size).readerIndex(start);
    }
}
