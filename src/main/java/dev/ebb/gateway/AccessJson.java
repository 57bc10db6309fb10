package dev.ebb.gateway;

import dev.ebb.core.InstanceId;
import dev.ebb.gateway.AccessEntry.Part;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes log entries as JSON, one object to a line, into an array that is used again. What clients
 * sent is escaped, so that a line is always one line, and one object. One thread.
 */
final class AccessJson {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] out = new byte[64 * 1024];
    private int size;
    private long second = Long.MIN_VALUE;
    private byte[] secondText = new byte[0];

    byte[] bytes() {
        return out;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /** Says that so many entries are missing before the next line. */
    void dropped(long count, long wallMillis) {
        raw("{\"time\":\"");
        time(wallMillis);
        raw("\",\"dropped\":").number(count).raw("}\n");
    }

    void line(AccessEntry entry) {
        raw("{\"time\":\"");
        time(entry.wallMillis);
        raw("\"");
        part(",\"id\":\"", entry, Part.ID);
        boolean forwarded = entry.end(Part.CLIENT) > entry.start(Part.CLIENT);
        part(",\"client\":\"", entry, Part.CLIENT);
        String from = forwarded ? ",\"proxy\":\"" : ",\"client\":\"";
        text(from, entry.client, 0, entry.client.length);
        if (!entry.protocol.isEmpty()) {
            raw(",\"protocol\":\"").raw(entry.protocol).raw("\"");
        }
        raw(entry.secure ? ",\"tls\":true" : ",\"tls\":false");
        part(",\"method\":\"", entry, Part.METHOD);
        part(",\"host\":\"", entry, Part.HOST);
        part(",\"path\":\"", entry, Part.PATH);
        if (entry.pathCut) {
            raw(",\"path_cut\":true");
        }
        raw(",\"status\":").number(entry.status);
        if (entry.grpcStatus >= 0) {
            raw(",\"grpc_status\":").number(entry.grpcStatus);
        }
        Refusal refusal = entry.refusal;
        if (refusal != null) {
            raw(",\"reason\":\"").raw(refusal.code()).raw("\"");
        }
        raw(",\"end\":\"").raw(word(entry.end)).raw("\"");
        raw(",\"bytes_in\":").number(entry.bytesIn);
        raw(",\"bytes_out\":").number(entry.bytesOut);
        raw(",\"duration_ms\":").millis(entry.durationNanos);
        if (!entry.service.isEmpty()) {
            raw(",\"service\":\"").raw(entry.service).raw("\"");
            raw(",\"attempts\":").number(entry.attempts);
        }
        InstanceId instance = entry.instance;
        if (instance != null) {
            raw(",\"instance\":\"").raw(instance.toString()).raw("\"");
        }
        if (entry.upstreamNanos >= 0) {
            raw(",\"upstream_ms\":").millis(entry.upstreamNanos);
        }
        part(",\"trace\":\"", entry, Part.TRACE);
        raw(",\"kept\":\"").raw(word(entry.kept)).raw("\"}\n");
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private void part(String before, AccessEntry entry, Part part) {
        if (entry.end(part) > entry.start(part)) {
            text(before, entry.text, entry.start(part), entry.end(part));
        }
    }

    private void text(String before, byte[] from, int start, int end) {
        raw(before);
        for (int i = start; i < end; i++) {
            byte b = from[i];
            if (b == '"' || b == '\\') {
                add('\\').add(b);
            } else if (b >= ' ' && b < 0x7f) {
                add(b);
            } else {
                raw("\\u00").add(HEX[b >> 4 & 15]).add(HEX[b & 15]);
            }
        }
        add('"');
    }

    private void time(long wallMillis) {
        long now = Math.floorDiv(wallMillis, 1000);
        if (now != second) {
            second = now;
            secondText = Bytes.ascii(SECOND.format(Instant.ofEpochSecond(now)));
        }
        int millis = (int) Math.floorMod(wallMillis, 1000L);
        for (byte b : secondText) {
            add(b);
        }
        add('.').add('0' + millis / 100).add('0' + millis / 10 % 10).add('0' + millis % 10);
        add('Z');
    }

    /** Milliseconds with three places, cut and not rounded. */
    private void millis(long nanos) {
        long micros = nanos / 1000;
        number(micros / 1000).add('.');
        int rest = (int) (micros % 1000);
        add('0' + rest / 100).add('0' + rest / 10 % 10).add('0' + rest % 10);
    }

    private AccessJson number(long value) {
        if (value >= 10) {
            number(value / 10);
        }
        return add((int) ('0' + Math.max(0, value) % 10));
    }

    private AccessJson raw(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            add(ascii.charAt(i));
        }
        return this;
    }

    private AccessJson add(int b) {
        if (size == out.length) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        out[size++] = (byte) b;
        return this;
    }
}
