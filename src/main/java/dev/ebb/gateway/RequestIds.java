package dev.ebb.gateway;

import dev.ebb.gateway.GatewaySettings.RequestId;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * Knows each request's id: the client's, if that is a good one, else one of its own, where that is
 * wanted. Its own are 80 bits that chance gives to each event loop, and a counter of 48 bits, in
 * hexadecimal: no two loops and no two lives of the gateway ever give the same, and the next costs
 * no more than to count. One per event loop.
 */
final class RequestIds {
    /** No id is known. */
    static final byte[] NONE = {};

    private static final int LONGEST = 128;
    private static final int LENGTH = 32;
    private static final int COUNTER = 20;
    private static final String DIGITS = "0123456789abcdef";

    private final byte[] name;
    private final boolean gives;
    private final byte[] last = new byte[LENGTH];

    RequestIds(RequestId settings) {
        name = Bytes.ascii(settings.header().toLowerCase(Locale.ROOT));
        gives = settings.generate();
        if (gives) {
            var chance = new SecureRandom();
            for (int i = 0; i < LENGTH; i++) {
                last[i] = (byte) (i < COUNTER ? DIGITS.charAt(chance.nextInt(16)) : '0');
            }
        }
    }

    /** The field's name, in lower case. */
    byte[] name() {
        return name;
    }

    /**
     * The id of the request with this head. Where ids are given, the fields that hold it, or would
     * to somebody, are marked: {@link HeadRewriter} puts one in their place.
     *
     * @param room is used again if the id fits exactly
     * @return {@link #NONE} when there is none
     */
    byte[] of(Head head, byte[] room) {
        int found = -1;
        int count = 0;
        for (int i = 0; i < head.count; i++) {
            if (isNamed(head, i)) {
                found = i;
                count++;
                if (gives) {
                    head.id[i] = FieldName.REQUEST_ID;
                }
            }
        }
        boolean kept =
                count == 1
                        && head.isNamed(found, name)
                        && good(head.bytes, head.valueStart[found], head.valueEnd[found]);
        return kept
                ? copy(head.bytes, head.valueStart[found], head.valueEnd[found], room)
                : next(room);
    }

    private boolean isNamed(Head head, int field) {
        int start = head.nameStart[field];
        return head.nameEnd[field] - start == name.length
                && FieldName.alike(head.bytes, start, name);
    }

    /** An id for a request whose head makes no sense; {@link #NONE} when none is to be given. */
    byte[] next(byte[] room) {
        if (!gives) {
            return NONE;
        }
        int at = LENGTH - 1;
        while (at >= COUNTER && last[at] == 'f') {
            last[at] = '0';
            at--;
        }
        if (at >= COUNTER) {
            last[at] = (byte) (last[at] == '9' ? 'a' : last[at] + 1);
        }
        return copy(last, 0, LENGTH, room);
    }

    private static byte[] copy(byte[] from, int start, int end, byte[] room) {
        byte[] id = room.length == end - start ? room : new byte[end - start];
        System.arraycopy(from, start, id, 0, id.length);
        return id;
    }

    /** Visible ASCII, not long, and nothing that ends a text, a field's value or an element. */
    private static boolean good(byte[] text, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = text[i];
            boolean visible = b > ' ' && b < 0x7f;
            if (!visible || b == '"' || b == '\\' || b == ',' || b == ';' || b == '<' || b == '>') {
                return false;
            }
        }
        return end > start && end - start <= LONGEST;
    }
}
