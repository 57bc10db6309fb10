package dev.ebb.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * Writes what goes wrong to stderr, because stdout belongs to the command's own output. A line is
 * {@code 12:34:56.789 WARN ControlLoop message}, and an exception's stack trace follows it, but for
 * what is refused to a watch of Kubernetes.
 *
 * <p>Only warnings and errors, unless {@code -Debb.log=DEBUG} asks for more; {@code ebb.log.netty}
 * is the level of Netty. OFF is one, too. For any thread: each entry is one write.
 */
final class StderrLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;
    private static final int OFF = Level.ERROR.toInt() + 1;

    private final String shortName;
    private final int least;
    private final boolean brief;

    StderrLogger(String name) {
        this.name = name;
        this.shortName = name.substring(name.lastIndexOf('.') + 1);
        // Who replaces a certificate wants to see that it is in use.
        boolean tells = name.startsWith("dev.ebb.gateway.tls");
        // That a kind's version is v1alpha1 is no news to anybody who has installed it.
        boolean nags = name.endsWith(".VersionUsageUtils");
        this.least =
                level(
                        System.getProperty(
                                name.startsWith("io.netty") ? "ebb.log.netty" : "ebb.log",
                                nags ? "ERROR" : tells ? "INFO" : "WARN"));
        // That a list or a watch was refused is the API server's doing: the stack says nothing.
        this.brief = name.endsWith(".cache.Reflector") && !isDebugEnabled();
    }

    private static int level(@Nullable String word) {
        return switch (Optional.ofNullable(word).orElse("").toUpperCase(Locale.ROOT)) {
            case "OFF" -> OFF;
            case "ERROR" -> Level.ERROR.toInt();
            case "INFO" -> Level.INFO.toInt();
            case "DEBUG" -> Level.DEBUG.toInt();
            case "TRACE", "ALL" -> Level.TRACE.toInt();
            default -> Level.WARN.toInt();
        };
    }

    @Override
    public boolean isTraceEnabled() {
        return least <= Level.TRACE.toInt();
    }

    @Override
    public boolean isDebugEnabled() {
        return least <= Level.DEBUG.toInt();
    }

    @Override
    public boolean isInfoEnabled() {
        return least <= Level.INFO.toInt();
    }

    @Override
    public boolean isWarnEnabled() {
        return least <= Level.WARN.toInt();
    }

    @Override
    public boolean isErrorEnabled() {
        return least <= Level.ERROR.toInt();
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable cause) {
        System.err.print(
                entry(LocalTime.now(ZoneId.systemDefault()), level, pattern, arguments, cause));
        System.err.flush();
    }

    String entry(
            LocalTime at,
            Level level,
            @Nullable String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable cause) {
        var text = new StringWriter();
        text.append(time(at)).append(' ').append(level.name());
        text.append(level.name().length() < 5 ? "  " : " ").append(shortName).append(' ');
        text.append(MessageFormatter.basicArrayFormat(pattern, arguments));
        if (cause != null && brief) {
            text.append(": ").append(first(cause));
        }
        text.append(System.lineSeparator());
        if (cause != null && !brief) {
            cause.printStackTrace(new PrintWriter(text, true));
        }
        return text.toString();
    }

    /** What began it, in one line. */
    private static String first(Throwable cause) {
        Throwable first = cause;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return first.toString().replaceAll("\\s+", " ");
    }

    private static String time(LocalTime at) {
        // No formatter of the JDK's: the first use of one takes long.
        int millis = (int) (at.toNanoOfDay() / 1_000_000);
        var digits = new StringBuilder(12);
        two(digits, millis / 3_600_000).append(':');
        two(digits, millis / 60_000 % 60).append(':');
        two(digits, millis / 1000 % 60).append('.');
        return two(digits.append(millis / 100 % 10), millis % 100).toString();
    }

    private static StringBuilder two(StringBuilder digits, int number) {
        return digits.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
