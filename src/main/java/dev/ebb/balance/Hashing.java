package dev.ebb.balance;

/**
 * 64-bit hashes that are the same in each process and each life: FNV-1a over the bytes, then the
 * finalizer of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
 * 2014), because FNV alone leaves the upper bits of short keys poor. No secret is in it: clients
 * that choose their keys can choose an instance, up to the bound on its load.
 */
public final class Hashing {
    /** No key. Nothing hashes to it. */
    public static final long NONE = 0;

    /** What to give {@link #add} first. */
    public static final long START = 0xCBF29CE484222325L;

    static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final long PRIME = 0x100000001B3L;

    private Hashing() {}

    /** One more byte. */
    public static long add(long hash, byte b) {
        return (hash ^ (b & 0xFF)) * PRIME;
    }

    /** The key of all that was added; never {@link #NONE}. */
    public static long end(long hash) {
        long key = mix(hash);
        return key == NONE ? 1 : key;
    }

    public static long of(byte[] text, int start, int end) {
        long hash = START;
        for (int i = start; i < end; i++) {
            hash = add(hash, text[i]);
        }
        return end(hash);
    }

    public static long of(String text) {
        long hash = START;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            hash = add(add(hash, (byte) c), (byte) (c >> 8));
        }
        return end(hash);
    }

    static long mix(long from) {
        long z = (from ^ (from >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
