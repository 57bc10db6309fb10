package dev.ebb.gateway;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The Date field's value (RFC 9110 5.6.7), made once a second at most. One event loop. */
final class DateField {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private byte[] text = new byte[0];

    byte[] at(long wallMillis) {
        long now = Math.floorDiv(wallMillis, 1000);
        if (now != second) {
            second = now;
            text = Bytes.ascii(FORM.format(Instant.ofEpochSecond(now)));
        }
        return text;
    }
}
