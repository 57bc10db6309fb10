package dev.ebb.gateway.http2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Huffman code of RFC 7541, appendix B. It is a canonical code, so the lengths alone say it
 * all. Decoding takes one look at a table for each symbol of at most {@link #PEEK} bits, which all
 * common ones are; longer codes are found by their length. No state; safe for all threads.
 */
final class Huffman {
    /** How {@link #decode} says that the bytes are no Huffman code. */
    static final int BAD = -1;

    private static final int PEEK = 10;
    private static final int LONGEST = 30;
    private static final int END = 256;

    /**
     * The length of each symbol's code: A for 5 bits, B for 6 and so on. The last one is the end.
     */
    private static final String LENGTH_LETTERS =
            "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF"
                    + "IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX"
                    + "PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS"
                    + "VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV"
                    + "Z";

    private static final byte[] LENGTHS = new byte[END + 1];
    private static final int[] CODES = new int[END + 1];

    /** By the next {@link #PEEK} bits: the code's length and, in the lower byte, the symbol. */
    private static final short[] SHORT_CODES = new short[1 << PEEK];

    /** By length: the first code, how many there are, and where their symbols begin in SYMBOLS. */
    private static final int[] FIRST = new int[LONGEST + 1];

    private static final int[] COUNT = new int[LONGEST + 1];
    private static final int[] OFFSET = new int[LONGEST + 1];
    private static final short[] SYMBOLS = new short[END + 1];

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    static {
        for (int symbol = 0; symbol <= END; symbol++) {
            LENGTHS[symbol] = (byte) (LENGTH_LETTERS.charAt(symbol) - 'A' + 5);
        }
        int code = 0;
        int placed = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code <<= 1;
            FIRST[length] = code;
            OFFSET[length] = placed;
            for (int symbol = 0; symbol <= END; symbol++) {
                if (LENGTHS[symbol] == length) {
                    CODES[symbol] = code;
                    SYMBOLS[placed++] = (short) symbol;
                    place(symbol, code, length);
                    code++;
                }
            }
            COUNT[length] = code - FIRST[length];
        }
    }

    private Huffman() {}

    private static void place(int symbol, int code, int length) {
        if (length > PEEK) {
            return;
        }
        int free = PEEK - length;
        for (int rest = 0; rest < 1 << free; rest++) {
            SHORT_CODES[code << free | rest] = (short) (length << 8 | symbol);
        }
    }

    /** The most bytes that so many coded ones can stand for: no code is shorter than 5 bits. */
    static int mostDecoded(int coded) {
        return coded * 8 / 5 + 1;
    }

    /**
     * Decodes {@code in[from, to)} into {@code out}, which must have room for {@link #mostDecoded}.
     *
     * @return where the text ends in {@code out}, or {@link #BAD}
     */
    static int decode(byte[] in, int from, int to, byte[] out, int outFrom) {
        long held = 0;
        int bits = 0;
        int at = from;
        int end = outFrom;
        while (true) {
            if (bits < LONGEST) {
                if (to - at >= 4) {
                    held = held << 32 | ((int) INT.get(in, at) & 0xffff_ffffL);
                    at += 4;
                    bits += 32;
                } else if (at < to) {
                    held = held << 8 | (in[at++] & 0xff);
                    bits += 8;
                    continue;
                } else if (bits < PEEK) {
                    return last(held, bits, out, end);
                }
            }
            int entry = SHORT_CODES[(int) (held >>> (bits - PEEK)) & ((1 << PEEK) - 1)];
            if (entry == 0) {
                entry = longCode(held, bits);
                if (entry == 0) {
                    return BAD;
                }
            }
            out[end++] = (byte) entry;
            bits -= entry >>> 8;
        }
    }

    /**
     * What follows when less than a look's worth of bits is left: symbols, then padding of ones.
     */
    private static int last(long held, int left, byte[] out, int outEnd) {
        int bits = left;
        int end = outEnd;
        while (bits > 0) {
            int free = PEEK - bits;
            int peek = (int) (held << free | ((1 << free) - 1)) & ((1 << PEEK) - 1);
            int entry = SHORT_CODES[peek];
            int length = entry >>> 8;
            if (entry == 0 || length > bits) {
                long ones = (1L << bits) - 1;
                return bits < 8 && (held & ones) == ones ? end : BAD;
            }
            out[end++] = (byte) entry;
            bits -= length;
        }
        return end;
    }

    private static int longCode(long held, int bits) {
        int longest = Math.min(bits, LONGEST);
        for (int length = PEEK + 1; length <= longest; length++) {
            int code = (int) (held >>> (bits - length)) & ((1 << length) - 1);
            int place = code - FIRST[length];
            if (place >= 0 && place < COUNT[length]) {
                int symbol = SYMBOLS[OFFSET[length] + place];
                return symbol == END ? 0 : length << 8 | symbol;
            }
        }
        return 0;
    }

    /** How many bytes {@code text[from, to)} takes when coded. */
    static int codedLength(byte[] text, int from, int to) {
        int bits = 0;
        for (int i = from; i < to; i++) {
            bits += LENGTHS[text[i] & 0xff];
        }
        return (bits + 7) >>> 3;
    }

    /**
     * Codes {@code text[from, to)} into {@code out}, which must have room for it; its end there.
     */
    static int encode(byte[] text, int from, int to, byte[] out, int outFrom) {
        long held = 0;
        int bits = 0;
        int end = outFrom;
        for (int i = from; i < to; i++) {
            int symbol = text[i] & 0xff;
            int length = LENGTHS[symbol];
            held = held << length | CODES[symbol];
            bits += length;
            while (bits >= 8) {
                bits -= 8;
                out[end++] = (byte) (held >>> bits);
            }
        }
        if (bits > 0) {
            int free = 8 - bits;
            out[end++] = (byte) (held << free | ((1 << free) - 1));
        }
        return end;
    }
}
