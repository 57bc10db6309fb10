package dev.ebb.gateway;

import dev.ebb.gateway.tls.HandshakeFailure;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** How one event loop's handshakes ended, on one side. One writer, any number of readers. */
final class TlsCounters {
    private static final HandshakeFailure[] FAILURES = HandshakeFailure.values();

    private final AtomicLongArray cells = new AtomicLongArray(FAILURES.length + 1);

    void done() {
        count(FAILURES.length);
    }

    @SuppressWarnings("EnumOrdinal")
    void failed(HandshakeFailure failure) {
        count(failure.ordinal());
    }

    private void count(int cell) {
        cells.setRelease(cell, cells.getPlain(cell) + 1);
    }

    /** Any thread. */
    static GatewayStats.Handshakes sum(List<TlsCounters> all) {
        long done = 0;
        Map<String, Long> failed = new TreeMap<>();
        for (TlsCounters one : all) {
            done += one.cells.getOpaque(FAILURES.length);
            for (int i = 0; i < FAILURES.length; i++) {
                failed.merge(FAILURES[i].code(), one.cells.getOpaque(i), Long::sum);
            }
        }
        return new GatewayStats.Handshakes(done, failed);
    }
}
