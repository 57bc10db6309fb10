package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * One head, cut into its fields: positions in a byte array that is used again for the next head.
 * Belongs to one event loop, and what it says is good until the next {@link #load}. Strict, because
 * whatever two HTTP parsers read differently can be used to smuggle a request: a line ends with CR
 * LF and nothing else, no folded lines, no space before the colon, no control characters.
 */
final class Head {
    private static final int PEEK_BYTES = 4095;

    private final int maxFields;
    byte[] bytes = new byte[4096];
    int length;

    /** Where the fields begin, after the start line. */
    int fieldsStart;

    int count;

    /** Whether each field is written as {@code name: value}, with no other space around. */
    boolean tidy;

    final int[] nameStart;
    final int[] nameEnd;
    final int[] valueStart;
    final int[] valueEnd;
    final int[] lineEnd;
    final byte[] id;

    Head(int maxFields) {
        this.maxFields = maxFields;
        nameStart = new int[maxFields];
        nameEnd = new int[maxFields];
        valueStart = new int[maxFields];
        valueEnd = new int[maxFields];
        lineEnd = new int[maxFields];
        id = new byte[maxFields];
    }

    /** How {@link #endOf} says that a line does not end with CR LF. */
    static final int BARE_LF = -2;

    /** How {@link #endOf} says that more bytes are needed. */
    static final int INCOMPLETE = -1;

    /**
     * Where the head that begins at the reader index ends, as an index behind its empty line.
     *
     * @param from index to go on at; everything before it has been searched
     */
    static int endOf(ByteBuf in, int from) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int at = from;
        while (at < end) {
            int lf = in.indexOf(at, end, Bytes.LF);
            if (lf < 0) {
                return INCOMPLETE;
            }
            if (lf == start || in.getByte(lf - 1) != Bytes.CR) {
                return BARE_LF;
            }
            if (lf - start >= 3 && in.getByte(lf - 2) == Bytes.LF) {
                return lf + 1;
            }
            at = lf + 1;
        }
        return INCOMPLETE;
    }

    /** Copies a whole head, its empty line included, from the buffer and consumes it. */
    void load(ByteBuf in, int headLength) {
        if (bytes.length < headLength) {
            bytes = new byte[Math.max(headLength, bytes.length * 2)];
        }
        in.readBytes(bytes, 0, headLength);
        length = headLength;
    }

    /** The same from an array. */
    void load(byte[] text, int headLength) {
        if (bytes.length < headLength) {
            bytes = new byte[Math.max(headLength, bytes.length * 2)];
        }
        System.arraycopy(text, 0, bytes, 0, headLength);
        length = headLength;
    }

    /**
     * Copies what there may be of a head, without consuming it. A head that ends within the copy is
     * read like any other; {@link #readFields} finds its end on its way, which spares a search.
     */
    void peek(ByteBuf in) {
        int readable = Math.min(in.readableBytes(), PEEK_BYTES);
        in.getBytes(in.readerIndex(), bytes, 0, readable);
        // No character of a line, so that nothing reads on into what an earlier head has left.
        bytes[readable] = 0;
        length = readable;
    }

    /** What {@link #readFields} found wrong. */
    enum Flaw {
        NONE,
        MALFORMED,
        TOO_MANY
    }

    /**
     * Reads the fields from {@code start}, which is behind the start line's CR LF, up to the empty
     * line, with which the head's {@link #length} ends.
     */
    Flaw readFields(int start) {
        fieldsStart = start;
        count = 0;
        tidy = true;
        int at = start;
        int end = length;
        while (at + 1 < end) {
            if (bytes[at] == Bytes.CR && bytes[at + 1] == Bytes.LF) {
                length = at + 2;
                return Flaw.NONE;
            }
            if (count == maxFields) {
                return Flaw.TOO_MANY;
            }
            int next = readField(at, end);
            if (next < 0) {
                return Flaw.MALFORMED;
            }
            at = next;
        }
        return Flaw.MALFORMED;
    }

    private int readField(int start, int end) {
        byte[] text = bytes;
        int at = start;
        while (at < end && Bytes.token(text[at])) {
            at++;
        }
        if (at == start || at >= end || text[at] != ':') {
            return -1;
        }
        int field = count;
        nameStart[field] = start;
        nameEnd[field] = at;
        id[field] = (byte) FieldName.of(text, start, at);
        at++;
        while (at < end && (text[at] == ' ' || text[at] == '\t')) {
            at++;
        }
        valueStart[field] = at;
        while (at < end && Bytes.value(text[at])) {
            at++;
        }
        if (at + 1 >= length || text[at] != Bytes.CR || text[at + 1] != Bytes.LF) {
            return -1;
        }
        int valueStop = at;
        while (valueStop > valueStart[field]
                && (text[valueStop - 1] == ' ' || text[valueStop - 1] == '\t')) {
            valueStop--;
        }
        valueEnd[field] = valueStop;
        int space = valueStart[field] - nameEnd[field];
        tidy &= valueStop == at && (space == 2 ? text[nameEnd[field] + 1] == ' ' : space == 1);
        lineEnd[field] = at + 2;
        count++;
        return at + 2;
    }

    /** Whether the field's value holds the token, in a comma-separated list. */
    boolean lists(int field, byte[] lowerToken) {
        int at = valueStart[field];
        int end = valueEnd[field];
        while (at < end) {
            int start = skipSpace(at, end);
            int stop = start;
            while (stop < end && bytes[stop] != ',') {
                stop++;
            }
            int last = stop;
            while (last > start && (bytes[last - 1] == ' ' || bytes[last - 1] == '\t')) {
                last--;
            }
            if (Bytes.is(bytes, start, last, lowerToken)) {
                return true;
            }
            at = stop + 1;
        }
        return false;
    }

    private int skipSpace(int start, int end) {
        int at = start;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** Whether one of the Connection fields names this field, which is then for one hop only. */
    boolean namedInConnection(int field) {
        for (int i = 0; i < count; i++) {
            if (id[i] == FieldName.CONNECTION && names(i, field)) {
                return true;
            }
        }
        return false;
    }

    private boolean names(int connection, int field) {
        int size = nameEnd[field] - nameStart[field];
        int at = valueStart[connection];
        int end = valueEnd[connection];
        while (at < end) {
            int start = skipSpace(at, end);
            int stop = start;
            while (stop < end && Bytes.token(bytes[stop])) {
                stop++;
            }
            if (stop - start == size && sameIgnoringCase(start, nameStart[field], size)) {
                return true;
            }
            at = Math.max(stop, start) + 1;
        }
        return false;
    }

    /** Whether the field has this name, which is in lower case. */
    boolean isNamed(int field, byte[] lowerName) {
        int start = nameStart[field];
        if (nameEnd[field] - start != lowerName.length) {
            return false;
        }
        for (int i = 0; i < lowerName.length; i++) {
            if (Bytes.lower(bytes[start + i]) != lowerName[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean sameIgnoringCase(int one, int other, int size) {
        for (int i = 0; i < size; i++) {
            if (Bytes.lower(bytes[one + i]) != Bytes.lower(bytes[other + i])) {
                return false;
            }
        }
        return true;
    }

    /** How {@link #number} says that the value is no plain number of at most 18 digits. */
    static final long NO_NUMBER = -1;

    long number(int field) {
        int start = valueStart[field];
        int end = valueEnd[field];
        if (end == start || end - start > 18) {
            return NO_NUMBER;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            if (!Bytes.digit(bytes[i])) {
                return NO_NUMBER;
            }
            value = value * 10 + (bytes[i] - '0');
        }
        return value;
    }

    /** Makes the field's number, if it is one, begin with its first digit above zero. */
    void dropZeros(int field) {
        while (valueEnd[field] - valueStart[field] > 1 && bytes[valueStart[field]] == '0') {
            valueStart[field]++;
            tidy = false;
        }
    }

    /** Lets go of an unusually large array; called now and then. */
    void shrink() {
        if (bytes.length > 16 * 1024) {
            bytes = Arrays.copyOf(bytes, 4096);
        }
    }
}
