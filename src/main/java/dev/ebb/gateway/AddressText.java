package dev.ebb.gateway;

/**
 * Reads an IP address from text without allocating: IPv4 in four decimal numbers, IPv6 by RFC 4291
 * 2.2, an IPv4 address in IPv6 clothes as IPv4. Strict: what could be read otherwise elsewhere
 * (octal, fewer numbers, zones) is no address. Without state.
 */
final class AddressText {
    static final int V4 = 4;
    static final int V6 = 16;

    private AddressText() {}

    /**
     * @param into gets the address; of {@link #V6} bytes
     * @return how many bytes it has; 0 when the text is no address
     */
    static int read(byte[] text, int start, int end, byte[] into) {
        for (int i = start; i < end; i++) {
            if (text[i] == ':') {
                return v6(text, start, end, into);
            }
        }
        return v4(text, start, end, into, 0) ? V4 : 0;
    }

    private static boolean v4(byte[] text, int start, int end, byte[] into, int at) {
        int number = 0;
        int digits = 0;
        int numbers = 0;
        for (int i = start; i <= end; i++) {
            if (i == end || text[i] == '.') {
                if (digits == 0 || numbers == V4) {
                    return false;
                }
                into[at + numbers++] = (byte) number;
                number = 0;
                digits = 0;
            } else {
                boolean leadingZero = digits > 0 && number == 0;
                if (!Bytes.digit(text[i]) || leadingZero) {
                    return false;
                }
                number = number * 10 + (text[i] - '0');
                digits++;
                if (number > 255) {
                    return false;
                }
            }
        }
        return numbers == V4;
    }

    private static int v6(byte[] text, int start, int end, byte[] into) {
        int at = 0;
        int gap = -1;
        int i = start;
        if (text[i] == ':' && (i + 1 >= end || text[i + 1] != ':')) {
            return 0;
        }
        while (i < end) {
            if (text[i] == ':' && i + 1 < end && text[i + 1] == ':') {
                boolean third = i + 2 < end && text[i + 2] == ':';
                if (gap >= 0 || third) {
                    return 0;
                }
                gap = at;
                i += 2;
                continue;
            }
            if (text[i] == ':') {
                i++;
            }
            int groupEnd = groupEnd(text, i, end);
            if (groupEnd < end && text[groupEnd] == '.') {
                if (at > V6 - V4 || !v4(text, i, end, into, at)) {
                    return 0;
                }
                at += V4;
                break;
            }
            if (groupEnd == i || groupEnd - i > 4 || at == V6) {
                return 0;
            }
            int group = 0;
            for (; i < groupEnd; i++) {
                group = group << 4 | Bytes.hex(text[i]);
            }
            into[at++] = (byte) (group >> 8);
            into[at++] = (byte) group;
            if (i < end && text[i] != ':') {
                return 0;
            }
        }
        return filled(into, at, gap) ? reduced(into) : 0;
    }

    private static int groupEnd(byte[] text, int from, int end) {
        int at = from;
        while (at < end && Bytes.hex(text[at]) >= 0) {
            at++;
        }
        return at;
    }

    /** Moves what came behind the gap to the end, and fills it with zeros. */
    private static boolean filled(byte[] into, int length, int gap) {
        if (gap < 0) {
            return length == V6;
        }
        if (length > V6 - 2) {
            return false;
        }
        int behind = length - gap;
        for (int i = 1; i <= behind; i++) {
            into[V6 - i] = into[length - i];
        }
        for (int i = gap; i < V6 - behind; i++) {
            into[i] = 0;
        }
        return true;
    }

    /** An IPv4 address in ::ffff:0:0/96 is one of IPv4. */
    private static int reduced(byte[] into) {
        for (int i = 0; i < 10; i++) {
            if (into[i] != 0) {
                return V6;
            }
        }
        if (into[10] != -1 || into[11] != -1) {
            return V6;
        }
        System.arraycopy(into, 12, into, 0, V4);
        return V4;
    }
}
