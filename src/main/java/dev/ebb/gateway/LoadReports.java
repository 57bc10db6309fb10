package dev.ebb.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds what an instance says of its own load among the fields of an answer, and takes it out: it
 * is the gateway's business and no client's. Of one instance a loop reads ten a second at most. One
 * event loop.
 */
final class LoadReports {
    private static final byte[] NAME = Bytes.ascii("endpoint-load-metrics");
    private static final byte[] BINARY = Bytes.ascii("endpoint-load-metrics-bin");

    private LoadReports() {}

    static void take(Head head, LoopEndpoint endpoint, long nowNanos) {
        for (int i = 0; i < head.count; i++) {
            int start = head.nameStart[i];
            boolean plain = is(head.bytes, start, head.nameEnd[i], NAME);
            if (plain || is(head.bytes, start, head.nameEnd[i], BINARY)) {
                head.id[i] = FieldName.LOAD_REPORT;
                read(head.bytes, head.valueStart[i], head.valueEnd[i], !plain, endpoint, nowNanos);
            }
        }
    }

    /** The same in what comes behind a body, where gRPC's instances say it; null if no other is. */
    static @Nullable Trailers take(Trailers behind, LoopEndpoint endpoint, long nowNanos) {
        byte[] lines = behind.lines();
        byte[] rest = new byte[lines.length];
        int kept = 0;
        for (int start = 0; start < lines.length; ) {
            int end = lineEnd(lines, start);
            int name = find((byte) ':', lines, start, end);
            boolean plain = is(lines, start, name, NAME);
            if (plain || is(lines, start, name, BINARY)) {
                read(lines, name + 1, end, !plain, endpoint, nowNanos);
            } else {
                System.arraycopy(lines, start, rest, kept, end - start);
                kept += end - start;
            }
            start = end;
        }
        if (kept == lines.length) {
            return behind;
        }
        return kept == 0 ? null : new Trailers(Arrays.copyOf(rest, kept), behind.never());
    }

    private static int lineEnd(byte[] lines, int start) {
        int lf = find(Bytes.LF, lines, start, lines.length);
        return lf < 0 ? lines.length : lf + 1;
    }

    private static int find(byte wanted, byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static void read(
            byte[] text, int from, int to, boolean binary, LoopEndpoint endpoint, long nowNanos) {
        if (endpoint.looks(nowNanos) && to - from <= LoadReport.LONGEST) {
            String value = new String(text, from, to - from, StandardCharsets.ISO_8859_1);
            LoadReport.read(value.strip(), binary).ifPresent(r -> endpoint.told(r, nowNanos));
        }
    }

    private static boolean is(byte[] text, int start, int end, byte[] name) {
        return end - start == name.length && FieldName.same(text, start, name);
    }
}
