package dev.ebb.core;

import java.util.Locale;

/**
 * Figures in sentences: short, and the same in every locale. Written out where {@link
 * String#format} would do: each decision has dozens of figures, and reading formats took most of
 * its time.
 */
final class Text {
    /** Up to here a double times a power of ten is exact enough to tell which way it rounds. */
    private static final double PLAIN_MAX = 1e9;

    /** Nearer than this to the middle between two figures, the digits themselves must decide. */
    private static final double TIE = 1e-5;

    private Text() {}

    /** 12, 3.4, 0.05: as many digits as say something. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return fixed(value, 0);
        }
        return fixed(value, Math.abs(value) < 0.1 ? 3 : 1);
    }

    /** With one digit after the point. */
    static String tenths(double value) {
        return fixed(value, 1);
    }

    static String percent(double share) {
        return fixed(share * 100, 0) + " %";
    }

    /** A small share with as many digits as it takes: 0.05 %, 1.2 %, 14 %. */
    static String share(double share) {
        double percent = share * 100;
        int digits = percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
        return percent == Math.rint(percent) ? percent(share) : fixed(percent, digits) + " %";
    }

    static String millis(double nanos) {
        return fixed(nanos / 1e6, nanos < 1e7 ? 1 : 0) + " ms";
    }

    static String instances(int count) {
        return count == 1 ? "1 instance" : count + " instances";
    }

    /**
     * As {@code %.Nf} says it, to the last digit, sign of a negative 0 included.
     *
     * @param digits after the point, 0 to 3
     */
    static String fixed(double value, int digits) {
        long power = digits == 0 ? 1 : digits == 1 ? 10 : digits == 2 ? 100 : 1_000;
        double scaled = Math.abs(value) * power;
        double left = scaled - Math.floor(scaled);
        if (!(scaled < PLAIN_MAX) || Math.abs(left - 0.5) < TIE) {
            return String.format(Locale.ROOT, "%." + digits + "f", value);
        }
        long rounded = (long) scaled + (left > 0.5 ? 1 : 0);
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        if (digits == 0) {
            return sign + rounded;
        }
        String part = Long.toString(rounded % power + power);
        return sign + rounded / power + '.' + part.substring(1);
    }
}
