package dev.ebb.sim.lab.rival;

import java.util.Arrays;
import java.util.Optional;

/**
 * Knative's pod autoscaler: what it makes of the averages over its two windows. Source: {@code
 * pkg/autoscaler/scaling/autoscaler.go} of knative/serving. For one thread.
 */
final class KpaScaler {
    /** Seconds of one tick; the delay before scaling in is counted in those. */
    static final double TICK = 2;

    private final Settings settings;
    private final long delayTicks;
    private final long[] delayTick;
    private final int[] delayed;
    private boolean panicking;
    private double panicTime;
    private int maxPanicPods;

    /**
     * @param target load that a pod should have
     * @param total load that a pod may have
     * @param burst capacity for bursts to keep free; 0 for none, below 0 for all
     * @param panicThreshold panic from this many times the ready pods on
     * @param maxUp factor by which one decision may go up
     * @param maxDown factor by which it may go down
     * @param window seconds of the stable window
     * @param delay seconds before scaling in
     * @param activation pods that are started at least, when any are
     * @param reachable whether routes lead to the revision
     */
    record Settings(
            double target,
            double total,
            double burst,
            double panicThreshold,
            double maxUp,
            double maxDown,
            double window,
            double delay,
            int activation,
            boolean reachable) {}

    /** How many, and how much room for bursts is left. */
    record Scale(int desired, int excessBurst) {}

    /**
     * @param ready pods at the beginning; with more than one it begins in panic, so that a restart
     *     of the autoscaler takes nothing away for one window
     */
    KpaScaler(Settings settings, int ready, double now) {
        this.settings = settings;
        this.delayTicks = (long) Math.ceil(settings.delay() / TICK);
        this.delayTick = new long[(int) Math.max(1, delayTicks)];
        this.delayed = new int[delayTick.length];
        Arrays.fill(delayTick, Long.MIN_VALUE);
        if (ready > 1) {
            panic(now, ready);
        }
    }

    /** In panic from this moment on, with at least so many pods. */
    void panic(double now, int pods) {
        panicking = true;
        panicTime = now;
        maxPanicPods = pods;
    }

    /**
     * One decision.
     *
     * @param ready pods that are ready
     * @param stable mean load over the stable window; NaN for no data
     * @param panic mean load over the panic window
     * @return none without data
     */
    Optional<Scale> scale(double now, int ready, double stable, double panic) {
        if (Double.isNaN(stable) || Double.isNaN(panic)) {
            return Optional.empty();
        }
        return Optional.of(new Scale(desired(now, ready, stable, panic), excess(ready, panic)));
    }

    int desired(double now, int ready, double stable, double panic) {
        int base = Math.max(1, ready);
        double up = Math.ceil(settings.maxUp() * base);
        double down = settings.reachable() ? Math.floor(base / settings.maxDown()) : 0;
        double wishStable = Math.ceil(stable / settings.target());
        double wishPanic = Math.ceil(panic / settings.target());
        int byStable = (int) Math.min(Math.max(wishStable, down), up);
        int byPanic = (int) Math.min(Math.max(wishPanic, down), up);
        if (settings.activation() > 1) {
            byStable = wishStable > 0 ? Math.max(byStable, settings.activation()) : byStable;
            byPanic = wishPanic > 0 ? Math.max(byPanic, settings.activation()) : byPanic;
        }
        if (wishPanic / base >= settings.panicThreshold()) {
            panicking = true;
            panicTime = now;
        } else if (panicking && panicTime + settings.window() < now) {
            panicking = false;
            maxPanicPods = 0;
        }
        int desired = byStable;
        if (panicking) {
            maxPanicPods = Math.max(maxPanicPods, Math.max(byStable, byPanic));
            desired = maxPanicPods;
        }
        return settings.reachable() && delayTicks > 0 ? delayed(now, desired) : desired;
    }

    /** The highest of the ticks within the delay. */
    private int delayed(double now, int desired) {
        long tick = (long) Math.floor(now / TICK);
        int slot = Math.floorMod(tick, delayTick.length);
        delayed[slot] = delayTick[slot] == tick ? Math.max(delayed[slot], desired) : desired;
        delayTick[slot] = tick;
        int highest = desired;
        for (int i = 0; i < delayed.length; i++) {
            if (delayTick[i] > tick - delayTicks && delayTick[i] <= tick) {
                highest = Math.max(highest, delayed[i]);
            }
        }
        return highest;
    }

    private int excess(int ready, double panic) {
        if (settings.burst() == 0) {
            return 0;
        }
        return settings.burst() > 0
                ? (int) Math.floor(ready * settings.total() - settings.burst() - panic)
                : -1;
    }

    boolean isPanicking() {
        return panicking;
    }
}
