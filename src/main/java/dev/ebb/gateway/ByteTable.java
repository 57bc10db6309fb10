package dev.ebb.gateway;

import org.jspecify.annotations.Nullable;

/**
 * A hash table from byte strings to values that is asked with a part of a longer text, so that no
 * key has to be made for the question. Filled once, then only read, by any thread. Its keys come
 * from the configuration: nobody who sends requests can make them collide.
 */
final class ByteTable<T> {
    private final byte[][] keys;
    private final Object[] values;
    private final boolean foldCase;
    private final int shift;

    /**
     * @param most entries that it is going to have
     * @param foldCase whether questions may be in upper case; keys are in lower case then
     */
    ByteTable(int most, boolean foldCase) {
        int bits = Math.max(2, 33 - Integer.numberOfLeadingZeros(most));
        keys = new byte[1 << bits][];
        values = new Object[1 << bits];
        shift = 32 - bits;
        this.foldCase = foldCase;
    }

    private int slot(int hash) {
        return (hash * 0x9E3779B9) >>> shift;
    }

    /** The hash must be the one that questions for this key come with. */
    void put(int hash, byte[] key, T value) {
        int at = slot(hash);
        while (values[at] != null) {
            at = (at + 1) & (values.length - 1);
        }
        keys[at] = key;
        values[at] = value;
    }

    @SuppressWarnings("unchecked") // put() saw to it
    @Nullable T get(int hash, byte[] text, int start, int end) {
        int at = slot(hash);
        while (values[at] != null) {
            if (is(keys[at], text, start, end)) {
                return (T) values[at];
            }
            at = (at + 1) & (values.length - 1);
        }
        return null;
    }

    private boolean is(byte[] key, byte[] text, int start, int end) {
        if (key.length != end - start) {
            return false;
        }
        for (int i = 0; i < key.length; i++) {
            byte b = text[start + i];
            if (key[i] != (foldCase ? Bytes.lower(b) : b)) {
                return false;
            }
        }
        return true;
    }
}
