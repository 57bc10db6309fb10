package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldTraits;
import java.util.Arrays;

/**
 * Which fields of a head, or of trailers, no compression table on the way may hold: whoever sent
 * them marked them so, because they are secrets that could be guessed bit by bit (RFC 7541 7.1.3),
 * and whoever passes them on has to mark them again (6.2.3). Kept by name, beside the head's text:
 * fields of one name are all marked if one is. Immutable.
 */
final class NeverIndexed {
    /** No field is marked; so in all of HTTP/1. */
    static final NeverIndexed NONE = new NeverIndexed(new byte[0]);

    /** Names in lower case, each with a line feed behind it. */
    private final byte[] names;

    private NeverIndexed(byte[] names) {
        this.names = names;
    }

    /** Takes names, one after the other; used again and again. One event loop. */
    static final class Names {
        private final HeadWriter all = new HeadWriter();

        void clear() {
            all.clear();
        }

        /** A field as it came, with what HTTP/2 knows of it. */
        void field(byte[] name, int from, int to, int traits) {
            if ((traits & FieldTraits.NEVER_INDEXED) != 0) {
                all.add(name, from, to).addByte('\n');
            }
        }

        NeverIndexed names() {
            return all.size() == 0 ? NONE : new NeverIndexed(all.toBytes());
        }
    }

    /** What HTTP/2 is told of a field with this name, which is in lower case. */
    int traits(byte[] name, int from, int to) {
        int start = 0;
        for (int at = 0; at < names.length; at++) {
            if (names[at] == '\n') {
                if (Arrays.equals(name, from, to, names, start, at)) {
                    return FieldTraits.NEVER_INDEXED;
                }
                start = at + 1;
            }
        }
        return 0;
    }
}
