package dev.ebb.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows on stderr what is being read. In a terminal it is one line that is gone afterwards;
 * elsewhere a line every ten seconds. One thread.
 */
final class ClusterMeter implements AutoCloseable {
    private static final long OFTEN = Duration.ofMillis(100).toNanos();
    private static final long SELDOM = Duration.ofSeconds(10).toNanos();

    private final PrintWriter err;
    private final boolean live = Ink.isTerminal();
    private long last = System.nanoTime();
    private int width;

    ClusterMeter(PrintWriter err) {
        this.err = err;
    }

    void reading(String what, int count) {
        long now = System.nanoTime();
        if (now - last < (live ? OFTEN : SELDOM)) {
            return;
        }
        last = now;
        String text =
                count == 0
                        ? "reading " + what
                        : String.format(Locale.ROOT, "reading %s %,d", what, count);
        if (live) {
            err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            width = Math.max(width, text.length());
        } else {
            err.println("ebb: " + text);
        }
        err.flush();
    }

    @Override
    public void close() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }
}
