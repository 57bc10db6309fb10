package dev.ebb.cli;

import dev.ebb.sim.lab.Backtest;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * Shows on stderr how far a long computation is, and ends it in order on Ctrl-C. In a terminal it
 * is one line that is gone afterwards; elsewhere a line every ten seconds. Any thread may tell it.
 */
final class ProgressMeter implements Backtest.Progress, AutoCloseable {
    private static final int INTERRUPTED = 130;
    private static final int WIDTH = 30;
    private static final long OFTEN = Duration.ofMillis(100).toNanos();
    private static final long SELDOM = Duration.ofSeconds(10).toNanos();

    private final PrintWriter err;
    private final String what;
    private final String loss;
    private final boolean live;
    private final Thread worker = Thread.currentThread();
    private final Thread hook = new Thread(this::interrupted, "signal");
    private final long begun = System.nanoTime();
    private long last = begun;
    private boolean shown;
    private boolean over;

    /**
     * For the thread that makes it, which a Ctrl-C interrupts.
     *
     * @param what is computed, one word
     * @param loss what a Ctrl-C means, said when it comes
     */
    ProgressMeter(PrintWriter err, String what, String loss) {
        this.err = err;
        this.what = what;
        this.loss = loss;
        this.live = Ink.isTerminal();
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public synchronized void at(double done) {
        long now = System.nanoTime();
        if (over || now - last < (live ? OFTEN : SELDOM)) {
            return;
        }
        last = now;
        shown = true;
        int percent = (int) Math.floor(100 * done);
        String text = "%3d%%  %s".formatted(percent, Texts.span(Duration.ofNanos(now - begun)));
        if (live) {
            int full = (int) Math.floor(WIDTH * done);
            err.print("\r" + "#".repeat(full) + ".".repeat(WIDTH - full) + " " + text);
        } else {
            err.println("ebb: " + what + " " + text.strip());
        }
        err.flush();
    }

    private synchronized void clear() {
        boolean first = !over;
        over = true;
        if (live && shown && first) {
            err.print("\r" + " ".repeat(WIDTH + 20) + "\r");
            err.flush();
        }
    }

    /** In the hook's thread: the runs end, and nothing is written. */
    private void interrupted() {
        synchronized (this) {
            if (over) {
                return;
            }
        }
        worker.interrupt();
        clear();
        err.println("ebb: interrupted; " + loss);
        err.flush();
        Runtime.getRuntime().halt(INTERRUPTED);
    }

    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending already: the hook runs, and says so.
        }
    }
}
