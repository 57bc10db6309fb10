package dev.ebb.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Which bytes may stand where in an HTTP/1.1 head (RFC 9110 5.5, 5.6.2; RFC 9112 3.2). */
final class Bytes {
    static final byte CR = '\r';
    static final byte LF = '\n';

    private static final byte TOKEN = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte HOST = 8;
    private static final byte[] KIND = kinds();

    private Bytes() {}

    private static byte[] kinds() {
        var kinds = new byte[256];
        for (int i = 0x80; i < 0x100; i++) {
            kinds[i] = VALUE;
        }
        for (int i = 0x20; i < 0x7f; i++) {
            kinds[i] = VALUE;
        }
        kinds['\t'] = VALUE;
        // A '#' never belongs to a target: it would be read differently on both sides.
        for (int i = 0x21; i < 0x7f; i++) {
            kinds[i] |= i == '#' ? 0 : TARGET;
        }
        var alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        for (byte b : ascii(alphanumeric + "!#$%&'*+-.^_`|~")) {
            kinds[b] |= TOKEN;
        }
        for (byte b : ascii(alphanumeric + "-._~")) {
            kinds[b] |= HOST;
        }
        return kinds;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static boolean token(byte b) {
        return (KIND[b & 0xff] & TOKEN) != 0;
    }

    static boolean value(byte b) {
        return (KIND[b & 0xff] & VALUE) != 0;
    }

    static boolean target(byte b) {
        return (KIND[b & 0xff] & TARGET) != 0;
    }

    static boolean host(byte b) {
        return (KIND[b & 0xff] & HOST) != 0;
    }

    static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** The value of a hexadecimal digit; -1 when it is none. */
    static int hex(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    /** Whether {@code text[start, end)} is this, to the letter. */
    static boolean same(byte[] text, int start, int end, byte[] wanted) {
        return Arrays.equals(text, start, end, wanted, 0, wanted.length);
    }

    /** Whether {@code text[start, end)} is {@code lower}, in upper or lower case. */
    static boolean is(byte[] text, int start, int end, byte[] lower) {
        return end - start == lower.length && FieldName.same(text, start, lower);
    }
}
