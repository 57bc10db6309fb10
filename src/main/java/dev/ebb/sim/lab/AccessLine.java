package dev.ebb.sim.lab;

import java.util.Optional;

/**
 * One line of an access log, in NCSA's common form ({@code host ident user [time] "request" status
 * bytes}) or the combined one, which adds referrer and user agent; what stands behind those is
 * passed over. Only what is counted is taken out. For one thread.
 */
final class AccessLine {
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /** {@code dd/MMM/yyyy:HH:mm:ss +zzzz}. */
    private static final int TIME = 26;

    private byte[] bytes = new byte[0];
    private int end;
    private int at;
    private long seconds;

    /** Seconds since 1970, in UTC, of the line that was read last. */
    long seconds() {
        return seconds;
    }

    /**
     * Reads a line.
     *
     * @param whole false when its end was cut off because it is very long
     * @return what is wrong with it, if anything
     */
    Optional<String> read(byte[] buffer, int length, boolean whole) {
        bytes = buffer;
        end = length;
        at = 0;
        if (!toTime()) {
            return Optional.of("has no time in brackets, such as [10/Oct/2000:13:55:36 -0700]");
        }
        if (!time()) {
            return Optional.of("its time is not of the form [10/Oct/2000:13:55:36 -0700]");
        }
        at += TIME + 1;
        return whole && !rest()
                ? Optional.of("has no request in quotes, status and size behind the time")
                : Optional.empty();
    }

    /** The bracket behind host, ident and user; a user may have blanks in its name. */
    private boolean toTime() {
        int blanks = 0;
        for (int i = 0; i < end; i++) {
            if (bytes[i] == '[' && blanks >= 3 && bytes[i - 1] == ' ' && i + TIME + 1 < end) {
                if (bytes[i + TIME + 1] == ']' && bytes[i + 3] == '/') {
                    at = i + 1;
                    return true;
                }
            }
            blanks += bytes[i] == ' ' ? 1 : 0;
        }
        return false;
    }

    private boolean time() {
        int day = number(at, 2);
        int month = month(at + 3);
        int year = number(at + 7, 4);
        int hour = number(at + 12, 2);
        int minute = number(at + 15, 2);
        int second = number(at + 18, 2);
        int zoneHour = number(at + 22, 2);
        int zoneMinute = number(at + 24, 2);
        boolean marks =
                bytes[at + 6] == '/'
                        && bytes[at + 11] == ':'
                        && bytes[at + 14] == ':'
                        && bytes[at + 17] == ':'
                        && bytes[at + 20] == ' '
                        && (bytes[at + 21] == '+' || bytes[at + 21] == '-');
        boolean numbers = day >= 1 && day <= 31 && month >= 1 && year >= 1970;
        boolean clock = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0;
        if (!marks || !numbers || !clock || second > 60 || zoneHour < 0 || zoneMinute < 0) {
            return false;
        }
        int zone = (zoneHour * 60 + zoneMinute) * 60 * (bytes[at + 21] == '-' ? -1 : 1);
        seconds = days(year, month, day) * 86_400 + hour * 3600L + minute * 60L + second - zone;
        return true;
    }

    /** Days since 1970 in the Gregorian calendar, with years that begin in March. */
    private static long days(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int leaps = y / 4 - y / 100 + y / 400;
        long inYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return 365L * y + leaps + inYear - 719_468;
    }

    private int month(int from) {
        for (int i = 0; i < 12; i++) {
            if (bytes[from] == MONTHS.charAt(3 * i)
                    && bytes[from + 1] == MONTHS.charAt(3 * i + 1)
                    && bytes[from + 2] == MONTHS.charAt(3 * i + 2)) {
                return i + 1;
            }
        }
        return -1;
    }

    private int number(int from, int digits) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            value = 10 * value + bytes[i] - '0';
        }
        return value;
    }

    /**
     * Quoted text, and numbers behind it. A quote within should be escaped; old servers did not, so
     * the quote that ends the request is one with numbers behind it.
     */
    private boolean rest() {
        if (at + 1 >= end || bytes[at] != ' ' || bytes[at + 1] != '"') {
            return false;
        }
        for (int i = at + 2; i < end; i++) {
            if (bytes[i] == '"' && numbers(i + 1)) {
                return true;
            }
        }
        return false;
    }

    /** A status of three digits, and a size or a dash. */
    private boolean numbers(int from) {
        if (from + 5 >= end || bytes[from] != ' ' || number(from + 1, 3) < 0) {
            return false;
        }
        byte size = bytes[from + 5];
        if (bytes[from + 4] != ' ') {
            return false;
        }
        return size == '-' || (size >= '0' && size <= '9');
    }
}
