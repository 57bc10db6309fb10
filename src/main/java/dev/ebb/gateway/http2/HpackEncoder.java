package dev.ebb.gateway.http2;

/**
 * Writes compressed heads (RFC 7541), one connection's, one after the other. A field goes into the
 * table when the same one was seen not long before, so that what never repeats (ids, times) pushes
 * nothing out; secrets never do, and are marked so. Lookups are by hash into tables with one place
 * per hash: two fields that want the same place cost compression, never correctness. Names may come
 * in any case and go out in lower case. One event loop.
 */
public final class HpackEncoder implements FieldSink {
    /** Of the peer's table we use no more than this. */
    static final int MOST_TABLE = 4096;

    private static final int PLACES = 128;

    private final Scratch scratch;
    private final boolean huffman;
    private final DynamicTable table = new DynamicTable(MOST_TABLE);
    private final int[] byField = new int[PLACES];
    private final int[] byName = new int[PLACES];
    private final int[] seen = new int[PLACES];

    private byte[] lower = new byte[64];
    private byte[] out = new byte[0];
    private int size;

    /** The smallest and the last maximum of the table that the peer has not been told of. */
    private int smallestUpdate = -1;

    private int lastUpdate = -1;

    /**
     * @param huffman make texts shorter at the cost of work on both sides
     */
    public HpackEncoder(Scratch scratch, boolean huffman) {
        this.scratch = scratch;
        this.huffman = huffman;
    }

    /** The peer's SETTINGS_HEADER_TABLE_SIZE; it learns with the next head what came of it. */
    public void tableLimit(int bytes) {
        int maximum = Math.min(bytes < 0 ? Integer.MAX_VALUE : bytes, MOST_TABLE);
        if (maximum == table.maximum()) {
            return;
        }
        table.maximum(maximum);
        smallestUpdate = smallestUpdate < 0 ? maximum : Math.min(smallestUpdate, maximum);
        lastUpdate = maximum;
    }

    /** Begins a block in the loop's scratch array. */
    public void begin() {
        out = scratch.coded(64);
        size = 0;
        if (lastUpdate >= 0) {
            if (smallestUpdate < lastUpdate) {
                integer(0x20, 0x1f, smallestUpdate);
            }
            integer(0x20, 0x1f, lastUpdate);
            smallestUpdate = -1;
            lastUpdate = -1;
        }
    }

    /** The block, from 0 to {@link #size}; good until the next one begins on this event loop. */
    public byte[] block() {
        return out;
    }

    public int size() {
        return size;
    }

    /** The pseudo-header field of a response. */
    public void status(int status) {
        room(8);
        for (int i = StaticTable.STATUS_200; i <= StaticTable.STATUS_LAST; i++) {
            byte[] known = StaticTable.value(i);
            if ((known[0] - '0') * 100 + (known[1] - '0') * 10 + known[2] - '0' == status) {
                out[size++] = (byte) (0x80 | i);
                return;
            }
        }
        out[size++] = StaticTable.STATUS_200;
        out[size++] = 3;
        out[size++] = (byte) ('0' + status / 100);
        out[size++] = (byte) ('0' + status / 10 % 10);
        out[size++] = (byte) ('0' + status % 10);
    }

    @Override
    public void field(
            byte[] anyName,
            int anyFrom,
            int anyTo,
            byte[] value,
            int valueFrom,
            int valueTo,
            int traits) {
        byte[] name = anyName;
        int from = anyFrom;
        int to = anyTo;
        if (hasUpper(name, from, to)) {
            name = lower(anyName, anyFrom, anyTo);
            from = 0;
            to = anyTo - anyFrom;
        }
        room(to - from + valueTo - valueFrom + 16);
        int nameHash = DynamicTable.hash(name, from, to);
        int known = StaticTable.find(name, from, to, nameHash);
        byte policy = policy(known, value, valueFrom, valueTo, traits);
        if (policy == StaticTable.INDEXED) {
            indexable(known, nameHash, name, from, to, value, valueFrom, valueTo);
            return;
        }
        int form = policy == StaticTable.SECRET ? 0x10 : 0;
        literal(form, 0x0f, known, nameHash, name, from, to);
        text(value, valueFrom, valueTo);
    }

    private static byte policy(int known, byte[] value, int from, int to, int traits) {
        if ((traits & FieldTraits.NEVER_INDEXED) != 0) {
            return StaticTable.SECRET;
        }
        if (known == StaticTable.PATH) {
            for (int i = from; i < to; i++) {
                if (value[i] == '?') {
                    return StaticTable.PLAIN;
                }
            }
        }
        return known == 0 ? StaticTable.INDEXED : StaticTable.policy(known);
    }

    private void indexable(
            int known,
            int nameHash,
            byte[] name,
            int from,
            int to,
            byte[] value,
            int start,
            int end) {
        if (known != 0) {
            int whole = StaticTable.findValue(known, value, start, end);
            if (whole != 0) {
                out[size++] = (byte) (0x80 | whole);
                return;
            }
        }
        int hash = nameHash * 31 + DynamicTable.hash(value, start, end);
        int place = hash & (PLACES - 1);
        int age = table.age(byField[place]);
        if (age >= 0
                && table.hasValue(byField[place], value, start, end)
                && table.hasName(byField[place], name, from, to)) {
            integer(0x80, 0x7f, StaticTable.LAST + 1 + age);
            return;
        }
        int small = table.maximum() / 4;
        boolean again = seen[place] == hash && to - from + end - start < small;
        seen[place] = hash;
        if (again) {
            literal(0x40, 0x3f, known, nameHash, name, from, to);
            if (table.add(name, from, to, value, start, end, 0)) {
                byField[place] = table.newest();
                byName[nameHash & (PLACES - 1)] = table.newest();
            }
        } else {
            literal(0, 0x0f, known, nameHash, name, from, to);
        }
        text(value, start, end);
    }

    /** The name of a field that goes out in full: as an index if there is one. */
    private void literal(
            int form, int full, int known, int nameHash, byte[] name, int from, int to) {
        if (known != 0) {
            integer(form, full, known);
            return;
        }
        int serial = byName[nameHash & (PLACES - 1)];
        int age = table.age(serial);
        if (age >= 0 && table.hasName(serial, name, from, to)) {
            integer(form, full, StaticTable.LAST + 1 + age);
            return;
        }
        out[size++] = (byte) form;
        text(name, from, to);
    }

    private void text(byte[] text, int from, int to) {
        int length = to - from;
        if (huffman) {
            int coded = Huffman.codedLength(text, from, to);
            if (coded < length) {
                integer(0x80, 0x7f, coded);
                size = Huffman.encode(text, from, to, out, size);
                return;
            }
        }
        integer(0, 0x7f, length);
        System.arraycopy(text, from, out, size, length);
        size += length;
    }

    private void integer(int form, int full, int value) {
        if (value < full) {
            out[size++] = (byte) (form | value);
            return;
        }
        out[size++] = (byte) (form | full);
        int rest = value - full;
        while (rest >= 0x80) {
            out[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[size++] = (byte) rest;
    }

    private void room(int more) {
        if (out.length - size < more) {
            out = scratch.coded(size + more);
        }
    }

    private static boolean hasUpper(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] >= 'A' && text[i] <= 'Z') {
                return true;
            }
        }
        return false;
    }

    private byte[] lower(byte[] text, int from, int to) {
        if (lower.length < to - from) {
            lower = new byte[to - from];
        }
        for (int i = from; i < to; i++) {
            byte b = text[i];
            lower[i - from] = (byte) (b >= 'A' && b <= 'Z' ? b + 32 : b);
        }
        return lower;
    }

    int tableSize() {
        return table.size();
    }
}
