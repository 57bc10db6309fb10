package dev.ebb.sim.lab;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Lines of a stream as bytes, without a copy for each. Of a very long line only the beginning is
 * kept. For one thread.
 */
final class ByteLines {
    /** Servers limit a request's line to far less. */
    static final int LONGEST = 1 << 16;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private byte[] line = new byte[1024];
    private int from;
    private int to;
    private int length;
    private boolean whole;
    private long number;

    ByteLines(InputStream in) {
        this.in = in;
    }

    /** Goes to the next line; false when there is none. */
    boolean next() throws IOException {
        length = 0;
        whole = true;
        if (from == to && !fill()) {
            return false;
        }
        number++;
        while (true) {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            keep(end);
            boolean ended = end < to;
            from = ended ? end + 1 : end;
            if (ended || !fill()) {
                break;
            }
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return true;
    }

    private void keep(int end) {
        int more = Math.min(end - from, LONGEST - length);
        whole &= more == end - from;
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.min(LONGEST, Math.max(2 * line.length, length + more)));
        }
        System.arraycopy(buffer, from, line, length, more);
        length += more;
    }

    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(0, in.read(buffer));
        return to > 0;
    }

    byte[] bytes() {
        return line;
    }

    int length() {
        return length;
    }

    /** Whether all of the line is here. */
    boolean isWhole() {
        return whole;
    }

    boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** From 1. */
    long number() {
        return number;
    }
}
