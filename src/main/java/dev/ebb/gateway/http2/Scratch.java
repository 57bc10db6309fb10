package dev.ebb.gateway.http2;

import java.util.Arrays;

/**
 * Arrays to work in, for all connections of one event loop: what is in them is good for one head
 * only. What an unusually large head has made of them is given back with {@link #shrink}.
 */
public final class Scratch {
    private static final int USUAL = 4096;
    private static final int MOST_KEPT = 16 * 1024;

    private byte[] text = new byte[USUAL];
    private byte[] block = new byte[USUAL];
    private byte[] coded = new byte[USUAL];

    /** For decoded text; keeps what is in it when it grows. */
    byte[] text(int least) {
        if (text.length < least) {
            text = Arrays.copyOf(text, Math.max(least, text.length * 2));
        }
        return text;
    }

    /** For a block that came in. */
    byte[] block(int least) {
        if (block.length < least) {
            block = new byte[Math.max(least, block.length * 2)];
        }
        return block;
    }

    /** For a block that goes out; keeps what is in it when it grows. */
    byte[] coded(int least) {
        if (coded.length < least) {
            coded = Arrays.copyOf(coded, Math.max(least, coded.length * 2));
        }
        return coded;
    }

    /** Called now and then, between heads. */
    public void shrink() {
        if (text.length > MOST_KEPT) {
            text = new byte[USUAL];
        }
        if (block.length > MOST_KEPT) {
            block = new byte[USUAL];
        }
        if (coded.length > MOST_KEPT) {
            coded = new byte[USUAL];
        }
    }
}
