package dev.ebb.journal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How an entry stands in a segment: {@code checksum SPACE sequence SPACE json LF}. The check sum is
 * CRC-32C (RFC 3720) in eight lower-case hexadecimal digits, over all that follows it up to the
 * line feed; JSON never holds a bare line feed. Plain text, so that a person with a pager can read
 * it.
 */
final class LineFormat {
    private static final int CHECKSUM = 8;
    private static final int SHORTEST = CHECKSUM + " 1 {}".length();
    private static final int MOST_DIGITS = 18;

    private LineFormat() {}

    /** A line within a buffer: its sequence, and where its JSON is. */
    record Frame(long sequence, int jsonFrom, int jsonTo) {}

    static byte[] frame(long sequence, byte[] json) {
        byte[] number = Long.toString(sequence).getBytes(StandardCharsets.US_ASCII);
        byte[] line = new byte[CHECKSUM + 1 + number.length + 1 + json.length + 1];
        int at = CHECKSUM;
        line[at++] = ' ';
        System.arraycopy(number, 0, line, at, number.length);
        at += number.length;
        line[at++] = ' ';
        System.arraycopy(json, 0, line, at, json.length);
        line[line.length - 1] = '\n';
        String sum = HexFormat.of().toHexDigits(checksum(line, CHECKSUM + 1, line.length - 1));
        System.arraycopy(sum.getBytes(StandardCharsets.US_ASCII), 0, line, 0, CHECKSUM);
        return line;
    }

    /** Reads the line in {@code [from, to)}, its line feed not included. */
    static Optional<Frame> parse(byte[] buffer, int from, int to) {
        if (to - from < SHORTEST || !hasHeader(buffer, from, to)) {
            return Optional.empty();
        }
        int sum = 0;
        for (int i = from; i < from + CHECKSUM; i++) {
            sum = sum << 4 | Character.digit(buffer[i], 16);
        }
        int body = from + CHECKSUM + 1;
        if (sum != checksum(buffer, body, to)) {
            return Optional.empty();
        }
        long sequence = 0;
        int at = body;
        for (; buffer[at] != ' '; at++) {
            sequence = sequence * 10 + buffer[at] - '0';
        }
        return Optional.of(new Frame(sequence, at + 1, to));
    }

    /** Whether something that looks like the beginning of a line stands at {@code from}. */
    static boolean hasHeader(byte[] buffer, int from, int to) {
        int at = from;
        for (; at < from + CHECKSUM; at++) {
            if (at >= to || !isHex(buffer[at])) {
                return false;
            }
        }
        if (at >= to || buffer[at++] != ' ') {
            return false;
        }
        int digits = 0;
        while (at < to && buffer[at] >= '0' && buffer[at] <= '9' && digits <= MOST_DIGITS) {
            at++;
            digits++;
        }
        return digits >= 1
                && digits <= MOST_DIGITS
                && at + 1 < to
                && buffer[at] == ' '
                && buffer[at + 1] == '{';
    }

    private static boolean isHex(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f');
    }

    private static int checksum(byte[] buffer, int from, int to) {
        var crc = new CRC32C();
        crc.update(buffer, from, to - from);
        return (int) crc.getValue();
    }
}
