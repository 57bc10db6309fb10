package dev.ebb.gateway;

import java.nio.charset.StandardCharsets;

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
            boolean plain = is(head, i, NAME);
            if (plain || is(head, i, BINARY)) {
                head.id[i] = FieldName.LOAD_REPORT;
                if (endpoint.looks(nowNanos)) {
                    int start = head.valueStart[i];
                    int length = head.valueEnd[i] - start;
                    if (length <= LoadReport.LONGEST) {
                        String value =
                                new String(head.bytes, start, length, StandardCharsets.ISO_8859_1);
                        LoadReport.read(value, !plain).ifPresent(r -> endpoint.told(r, nowNanos));
                    }
                }
            }
        }
    }

    private static boolean is(Head head, int field, byte[] name) {
        return head.nameEnd[field] - head.nameStart[field] == name.length
                && FieldName.same(head.bytes, head.nameStart[field], name);
    }
}
