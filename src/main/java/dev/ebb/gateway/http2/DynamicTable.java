package dev.ebb.gateway.http2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A compression table (RFC 7541 2.3.2 and 4): the newest entries whose sizes, 32 bytes added to
 * each, do not exceed the maximum. All text lies in one array, in order, and moves to its front
 * when its end is reached. Grows with use, up to twice the maximum. An entry is named by a serial
 * number, which counts up and may overflow. One event loop.
 */
final class DynamicTable {
    static final int ENTRY_OVERHEAD = 32;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private byte[] text = new byte[0];
    private int[] start = new int[0];
    private int[] nameLength = new int[0];
    private int[] valueLength = new int[0];
    private byte[] traits = new byte[0];
    private int textEnd;
    private int count;
    private int next;
    private int size;
    private int maximum;

    DynamicTable(int maximum) {
        this.maximum = maximum;
    }

    /** Of a name or a value. Looks at no more than 24 bytes. */
    static int hash(byte[] a, int from, int to) {
        int length = to - from;
        long hash = length * MIX;
        if (length >= 8) {
            hash = (hash ^ (long) LONG.get(a, from)) * MIX;
            hash = (hash ^ hash >>> 29 ^ (long) LONG.get(a, to - 8)) * MIX;
            if (length > 16) {
                hash = (hash ^ hash >>> 29 ^ (long) LONG.get(a, from + (length >>> 1) - 4)) * MIX;
            }
        } else if (length >= 4) {
            long first = (int) INT.get(a, from);
            long both = first << 32 | ((int) INT.get(a, to - 4) & 0xffff_ffffL);
            hash = (hash ^ both) * MIX;
        } else {
            for (int i = from; i < to; i++) {
                hash = (hash ^ a[i]) * MIX;
            }
        }
        return (int) (hash >>> 32);
    }

    int maximum() {
        return maximum;
    }

    int count() {
        return count;
    }

    int size() {
        return size;
    }

    void maximum(int bytes) {
        maximum = bytes;
        evictTo(bytes);
    }

    private void evictTo(int bytes) {
        while (size > bytes) {
            int slot = (next - count) & (start.length - 1);
            size -= nameLength[slot] + valueLength[slot] + ENTRY_OVERHEAD;
            count--;
        }
        if (count == 0) {
            textEnd = 0;
        }
    }

    /**
     * Adds an entry, which must not lie in this table's own text; older ones make room for it. One
     * that is larger than the table empties it.
     *
     * @return whether it was added; its serial is then {@link #newest}
     */
    boolean add(
            byte[] name,
            int nameFrom,
            int nameTo,
            byte[] value,
            int valueFrom,
            int valueTo,
            int entryTraits) {
        int names = nameTo - nameFrom;
        int values = valueTo - valueFrom;
        long whole = (long) names + values + ENTRY_OVERHEAD;
        if (whole > maximum) {
            evictTo(0);
            return false;
        }
        evictTo(maximum - (int) whole);
        makeRoom(names + values);
        int slot = next & (start.length - 1);
        System.arraycopy(name, nameFrom, text, textEnd, names);
        System.arraycopy(value, valueFrom, text, textEnd + names, values);
        start[slot] = textEnd;
        nameLength[slot] = names;
        valueLength[slot] = values;
        traits[slot] = (byte) entryTraits;
        textEnd += names + values;
        size += (int) whole;
        count++;
        next++;
        return true;
    }

    private void makeRoom(int more) {
        if (count == start.length) {
            growEntries();
        }
        if (textEnd + more <= text.length) {
            return;
        }
        int live = size - count * ENTRY_OVERHEAD;
        int from = count == 0 ? 0 : start[(next - count) & (start.length - 1)];
        int wanted = Math.max(2 * (live + more), 256);
        byte[] to = wanted <= text.length ? text : new byte[wanted];
        System.arraycopy(text, from, to, 0, live);
        text = to;
        textEnd = live;
        for (int serial = next - count; serial != next; serial++) {
            start[serial & (start.length - 1)] -= from;
        }
    }

    private void growEntries() {
        int capacity = Math.max(8, start.length * 2);
        var newStart = new int[capacity];
        var newNameLength = new int[capacity];
        var newValueLength = new int[capacity];
        var newTraits = new byte[capacity];
        for (int serial = next - count; serial != next; serial++) {
            int from = serial & (start.length - 1);
            int to = serial & (capacity - 1);
            newStart[to] = start[from];
            newNameLength[to] = nameLength[from];
            newValueLength[to] = valueLength[from];
            newTraits[to] = traits[from];
        }
        start = newStart;
        nameLength = newNameLength;
        valueLength = newValueLength;
        traits = newTraits;
    }

    /** The serial of the entry added last. */
    int newest() {
        return next - 1;
    }

    /** How many entries are newer than the one with this serial, if it is (still) here; else -1. */
    int age(int serial) {
        int age = next - 1 - serial;
        return age >= 0 && age < count ? age : -1;
    }

    /** The serial of the entry that so many others are newer than. */
    int serial(int age) {
        return next - 1 - age;
    }

    private int slot(int serial) {
        return serial & (start.length - 1);
    }

    /** Where the text of all entries is; good until the next {@link #add}. */
    byte[] text() {
        return text;
    }

    int nameFrom(int serial) {
        return start[slot(serial)];
    }

    int nameTo(int serial) {
        int slot = slot(serial);
        return start[slot] + nameLength[slot];
    }

    int valueTo(int serial) {
        int slot = slot(serial);
        return start[slot] + nameLength[slot] + valueLength[slot];
    }

    int traits(int serial) {
        return traits[slot(serial)] & 0xff;
    }

    boolean hasName(int serial, byte[] name, int from, int to) {
        int at = nameFrom(serial);
        return Arrays.equals(text, at, nameTo(serial), name, from, to);
    }

    boolean hasValue(int serial, byte[] value, int from, int to) {
        return Arrays.equals(text, nameTo(serial), valueTo(serial), value, from, to);
    }
}
