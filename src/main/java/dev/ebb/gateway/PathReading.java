package dev.ebb.gateway;

/**
 * How far the reading of a path can differ from its letters. Programs decode percent-encodings,
 * merge slashes, take backslashes for slashes and cut off parameters; not all do, and not in the
 * same order (RFC 3986 3.3, 6.2.2). {@link #read} does all of it at once. Segments with which
 * anyone's reading begins, as far as there is nothing special about them, are then the first ones
 * of this reading too, and those of the path as it is written are the first ones of anyone's. Dot
 * segments, which take segments away, are only detected. Encodings are decoded once.
 */
final class PathReading {
    /** The path holds a dot segment, in whatever spelling. */
    static final int DOTS = -1;

    private PathReading() {}

    /** Whether nobody can read the path, in {@code [start, end)}, but as it is written. */
    static boolean isPlain(byte[] text, int start, int end) {
        for (int i = start; i < end; i++) {
            switch (text[i]) {
                case '%', ';', '\\' -> {
                    return false;
                }
                case '/' -> {
                    if (i + 1 < end && (text[i + 1] == '/' || text[i + 1] == '.')) {
                        return false;
                    }
                }
                default -> {}
            }
        }
        return true;
    }

    /**
     * Writes the path as it reads at most to {@code out}, which is as long as the path.
     *
     * @param cutFirst whether an encoded slash within a segment's parameters is cut off with them,
     *     instead of ending them
     * @return its length, or {@link #DOTS}
     */
    static int read(byte[] text, int start, int end, boolean cutFirst, byte[] out) {
        int length = 0;
        int segment = 0;
        boolean parameters = false;
        for (int i = start; i < end; i++) {
            byte b = text[i];
            boolean written = true;
            if (b == '%' && i + 2 < end && hex(text, i) >= 0) {
                b = (byte) hex(text, i);
                i += 2;
                written = false;
            }
            if (parameters && cutFirst && !written) {
                continue;
            }
            if (b == 0 || b == '?' || b == '#') {
                break;
            }
            if (b == '/' || b == '\\') {
                if (isDots(out, segment, length)) {
                    return DOTS;
                }
                parameters = false;
                if (length == 0 || out[length - 1] != '/') {
                    out[length++] = '/';
                }
                segment = length;
            } else if (b == ';') {
                parameters = true;
            } else if (!parameters) {
                out[length++] = b;
            }
        }
        return isDots(out, segment, length) ? DOTS : length;
    }

    private static int hex(byte[] text, int percent) {
        int high = Bytes.hex(text[percent + 1]);
        int low = Bytes.hex(text[percent + 2]);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static boolean isDots(byte[] out, int start, int end) {
        int length = end - start;
        return (length == 1 || length == 2) && out[start] == '.' && out[end - 1] == '.';
    }
}
