package dev.ebb.gateway.http2;

import java.util.Arrays;

/**
 * Reads compressed heads (RFC 7541), one connection's, one after the other. What is larger than the
 * limit is read to its end all the same, because the table must stay the same on both sides; its
 * fields are not passed on. Text is looked at once: what is known of an entry stays with it in the
 * table. One event loop.
 */
public final class HpackDecoder {
    private static final int DEFAULT_TABLE = 4096;
    private static final int BAD = -1;

    private final Scratch scratch;
    private final int maxListBytes;
    private final DynamicTable table;

    /** What the peer may make of the table: our setting, once it has acknowledged it. */
    private int maxTableBytes;

    private boolean updateIsDue;
    private byte[] in = new byte[0];
    private int at;
    private int end;
    private long listBytes;
    private FieldSink sink = FieldSink.NONE;

    /** Of the text read last: where it is. */
    private byte[] text = in;

    private int textFrom;
    private int textTo;
    private boolean textIsScratch;

    /**
     * @param maxListBytes of all fields of a head, by the count of RFC 9113 6.5.2: names, values
     *     and 32 bytes for each
     */
    public HpackDecoder(Scratch scratch, int maxListBytes) {
        this.scratch = scratch;
        this.maxListBytes = maxListBytes;
        table = new DynamicTable(DEFAULT_TABLE);
        maxTableBytes = DEFAULT_TABLE;
    }

    /**
     * The peer has agreed to another table size; a smaller one it must confirm in its next head.
     */
    public void tableLimit(int bytes) {
        maxTableBytes = bytes;
        updateIsDue = bytes < table.maximum();
    }

    /** Whether the head read last was larger than the limit, and so was not passed on whole. */
    public boolean tooLarge() {
        return listBytes > maxListBytes;
    }

    /**
     * Reads a whole block.
     *
     * @return false when it makes no sense, which is an error of the connection
     */
    public boolean decode(byte[] block, int from, int to, FieldSink fields) {
        in = block;
        at = from;
        end = to;
        sink = fields;
        listBytes = 0;
        if (!sizeUpdates()) {
            return false;
        }
        while (at < end) {
            int first = in[at++];
            boolean good;
            if (first < 0) {
                good = indexed(integer(first & 0x7f, 0x7f));
            } else if (first >= 0x40) {
                good = literal(integer(first & 0x3f, 0x3f), true, 0);
            } else if (first >= 0x20) {
                // Only allowed at the beginning.
                good = false;
            } else {
                int never = first >= 0x10 ? FieldTraits.NEVER_INDEXED : 0;
                good = literal(integer(first & 0x0f, 0x0f), false, never);
            }
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private boolean sizeUpdates() {
        while (at < end && (in[at] & 0xe0) == 0x20) {
            int bytes = integer(in[at++] & 0x1f, 0x1f);
            if (bytes < 0 || bytes > maxTableBytes) {
                return false;
            }
            table.maximum(bytes);
            updateIsDue = false;
        }
        return !updateIsDue;
    }

    /** The rest of an integer (RFC 7541 5.1) of at most 28 bits more than its prefix has. */
    private int integer(int prefix, int full) {
        if (prefix < full) {
            return prefix;
        }
        long value = prefix;
        for (int shift = 0; shift <= 21 && at < end; shift += 7) {
            int b = in[at++];
            value += (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (int) value;
            }
        }
        return BAD;
    }

    private boolean indexed(int index) {
        if (index <= 0) {
            return false;
        }
        if (index <= StaticTable.LAST) {
            byte[] name = StaticTable.name(index);
            byte[] value = StaticTable.value(index);
            int traits = StaticTable.traits(index);
            emit(name, 0, name.length, value, 0, value.length, traits);
            return true;
        }
        int age = index - StaticTable.LAST - 1;
        if (age >= table.count()) {
            return false;
        }
        int entry = table.serial(age);
        byte[] all = table.text();
        int middle = table.nameTo(entry);
        int traits = table.traits(entry);
        emit(all, table.nameFrom(entry), middle, all, middle, table.valueTo(entry), traits);
        return true;
    }

    private boolean literal(int nameIndex, boolean add, int never) {
        byte[] name;
        int nameFrom = 0;
        int nameTo;
        int traits;
        int used = 0;
        if (nameIndex < 0) {
            return false;
        } else if (nameIndex == 0) {
            if (!string(0)) {
                return false;
            }
            name = text;
            nameFrom = textFrom;
            nameTo = textTo;
            used = textIsScratch ? textTo : 0;
            traits = FieldTraits.ofName(name, nameFrom, nameTo);
        } else if (nameIndex <= StaticTable.LAST) {
            name = StaticTable.name(nameIndex);
            nameTo = name.length;
            traits = StaticTable.traits(nameIndex);
        } else {
            int age = nameIndex - StaticTable.LAST - 1;
            if (age >= table.count()) {
                return false;
            }
            // Taken out of the table: adding this field may move or overwrite its text.
            int entry = table.serial(age);
            nameTo = table.nameTo(entry) - table.nameFrom(entry);
            name = scratch.text(nameTo);
            used = nameTo;
            System.arraycopy(table.text(), table.nameFrom(entry), name, 0, nameTo);
            traits = table.traits(entry) & ~FieldTraits.BAD_VALUE;
        }
        boolean scratched = used > 0;
        if (!string(used)) {
            return false;
        }
        if (scratched) {
            // The value may have made the array grow.
            name = scratch.text(used);
        }
        traits |= never | FieldTraits.ofValue(text, textFrom, textTo);
        emit(name, nameFrom, nameTo, text, textFrom, textTo, traits);
        if (add) {
            table.add(name, nameFrom, nameTo, text, textFrom, textTo, traits);
        }
        return true;
    }

    /**
     * Reads a string literal; where it is, text, textFrom and textTo tell.
     *
     * @param used so much of the scratch array is taken
     */
    private boolean string(int used) {
        if (at == end) {
            return false;
        }
        int first = in[at++];
        int length = integer(first & 0x7f, 0x7f);
        if (length < 0 || length > end - at) {
            return false;
        }
        int from = at;
        at += length;
        textIsScratch = first < 0;
        if (first >= 0) {
            text = in;
            textFrom = from;
            textTo = at;
            return true;
        }
        text = scratch.text(used + Huffman.mostDecoded(length));
        textFrom = used;
        textTo = Huffman.decode(in, from, at, text, used);
        return textTo != Huffman.BAD;
    }

    private void emit(
            byte[] name, int nameFrom, int nameTo, byte[] value, int from, int to, int traits) {
        listBytes += nameTo - nameFrom + to - from + DynamicTable.ENTRY_OVERHEAD;
        if (listBytes <= maxListBytes) {
            sink.field(name, nameFrom, nameTo, value, from, to, traits);
        }
    }

    /** For tests: what the table holds, oldest first. */
    String tableText() {
        var out = new StringBuilder();
        for (int age = table.count() - 1; age >= 0; age--) {
            int entry = table.serial(age);
            byte[] all = table.text();
            int middle = table.nameTo(entry);
            out.append(latin(Arrays.copyOfRange(all, table.nameFrom(entry), middle)))
                    .append(": ")
                    .append(latin(Arrays.copyOfRange(all, middle, table.valueTo(entry))))
                    .append('\n');
        }
        return out.toString();
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    int tableSize() {
        return table.size();
    }
}
