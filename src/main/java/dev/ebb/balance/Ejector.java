package dev.ebb.balance;

import dev.ebb.core.Reason;
import java.util.Map;
import java.util.Optional;

/**
 * Failure detection for one endpoint from live traffic: counts, suspects, is told whether the pool
 * can afford an ejection, and knows when the endpoint may come back. Single-threaded.
 *
 * <p>Ejections in a row double in length up to a limit; a time as long as the last one, spent well
 * in rotation, takes one doubling back. After readmission the endpoint is on probation: the first
 * broken answer or connect error ejects it again, until {@link #PROBATION_ANSWERS} good ones have
 * come. Outcomes of requests that began before the readmission do not count: they speak of the time
 * for which it was ejected already.
 *
 * <p>Re-baselining: when another endpoint leaves the rotation (ejected or parked), the load on this
 * one rises at once, and slowness or 503 for a moment are a consequence, not a fault. Its counts
 * start again, and for a while it takes twice as many. Without that, one ejection overloads the
 * next instance and the fleet is ejected in a cascade. Refused connects and cut connections are
 * exempt from this leniency: load does not cause them.
 */
public final class Ejector {
    /** Good answers that end a probation. */
    public static final int PROBATION_ANSWERS = 5;

    private static final int LENIENCY = 2;

    /** What the counts speak for. */
    public enum Suspicion {
        NONE,
        CONNECT_ERRORS,
        CONSECUTIVE_FAILURES,
        FAILURE_RATE,
        PROBATION
    }

    private final EjectionPolicy policy;
    private final RateWindow rate;
    private Optional<Ejection> ejection = Optional.empty();
    private int brokenInRow;
    private int overloadedInRow;
    private int connectErrorsInRow;
    private int refusedInRow;
    private int probationLeft;
    private int times;
    private boolean everBack;
    private long backSinceNanos;
    private boolean lenient;
    private boolean acquitted;
    private long acquittedUntilNanos;
    private long lenientUntilNanos;

    public Ejector(EjectionPolicy policy) {
        this.policy = policy;
        this.rate = new RateWindow(policy.window().toNanos());
    }

    /**
     * Takes in how an attempt ended. Allocates nothing.
     *
     * @param startNanos when the attempt was picked
     */
    public Suspicion record(Outcome ended, long startNanos, long nowNanos) {
        boolean deadline = ended == Outcome.DEADLINE;
        Outcome outcome = deadline ? Outcome.TIMEOUT : ended;
        if (outcome == Outcome.CANCELLED
                || (deadline && !policy.deadlines())
                || ejection.isPresent()
                || (everBack && startNanos - backSinceNanos < 0)) {
            return Suspicion.NONE;
        }
        rate.add(outcome.failure(), nowNanos);
        count(outcome);
        return outcome.failure() ? suspicion(outcome, nowNanos) : Suspicion.NONE;
    }

    private void count(Outcome outcome) {
        if (outcome.connectError()) {
            connectErrorsInRow++;
            refusedInRow = outcome == Outcome.REFUSED ? refusedInRow + 1 : 0;
            return;
        }
        connectErrorsInRow = 0;
        refusedInRow = 0;
        if (outcome.brokenAnswer()) {
            brokenInRow++;
            overloadedInRow = outcome == Outcome.CUT ? 0 : overloadedInRow + 1;
            return;
        }
        brokenInRow = 0;
        overloadedInRow = 0;
        if (!outcome.failure() && probationLeft > 0) {
            probationLeft--;
        }
    }

    private Suspicion suspicion(Outcome outcome, long nowNanos) {
        int factor = lenientAt(nowNanos) ? LENIENCY : 1;
        boolean grave = outcome.connectError() || outcome.brokenAnswer();
        if (probationLeft > 0 && grave) {
            return Suspicion.PROBATION;
        }
        if (reached(connectErrorsInRow, policy.consecutiveConnectErrors())) {
            return Suspicion.CONNECT_ERRORS;
        }
        // A run that holds anything but overload's symptoms is judged by the strict threshold.
        int broken = overloadedInRow == brokenInRow ? factor : 1;
        if (reached(brokenInRow, policy.consecutiveFailures() * broken)) {
            return Suspicion.CONSECUTIVE_FAILURES;
        }
        if (acquitted && nowNanos - acquittedUntilNanos < 0) {
            return Suspicion.NONE;
        }
        acquitted = false;
        boolean enough = rate.volume(nowNanos) >= policy.failureRateVolume() * factor;
        return enough && rate.share(nowNanos) >= policy.failureRate()
                ? Suspicion.FAILURE_RATE
                : Suspicion.NONE;
    }

    private static boolean reached(int count, int threshold) {
        return threshold > 0 && count >= threshold;
    }

    private boolean lenientAt(long nowNanos) {
        lenient = lenient && nowNanos - lenientUntilNanos < 0;
        return lenient;
    }

    /** Whether all it saw of late were refused connects, which leave no doubt. */
    public boolean refused() {
        return refusedInRow > 0 && refusedInRow == connectErrorsInRow;
    }

    /** Share of failures in the window, 0 to 1, and over how many. */
    RateWindow rate() {
        return rate;
    }

    /** Takes it out. */
    public Ejection eject(Suspicion why, long nowNanos) {
        Reason reason = reason(why, nowNanos);
        forgetWhileWell(nowNanos);
        times++;
        long length = lengthOf(times);
        Ejection made =
                new Ejection(reason, nowNanos, nowNanos + length, times, connectErrorsInRow > 0);
        ejection = Optional.of(made);
        return made;
    }

    /** Takes it out because another loop has. */
    public void follow(Ejection other) {
        times = Math.max(times, other.times());
        ejection = Optional.of(other);
    }

    private void forgetWhileWell(long nowNanos) {
        if (!everBack) {
            return;
        }
        long well = nowNanos - backSinceNanos;
        while (times > 0 && well >= lengthOf(times)) {
            well -= lengthOf(times);
            times--;
        }
    }

    private long lengthOf(int time) {
        long base = policy.baseTime().toNanos();
        return Math.max(1, Backoff.doubled(base, policy.maxTime().toNanos(), time));
    }

    public Optional<Ejection> ejection() {
        return ejection;
    }

    public boolean isEjected() {
        return ejection.isPresent();
    }

    /** Whether its time is over. */
    public boolean isTimeOver(long nowNanos) {
        return ejection.isPresent() && nowNanos - ejection.get().untilNanos() >= 0;
    }

    /** Back into rotation, on probation. */
    public void readmit(long nowNanos) {
        ejection = Optional.empty();
        everBack = true;
        backSinceNanos = nowNanos;
        probationLeft = PROBATION_ANSWERS;
        clear();
    }

    /** All fail alike: its failure rate is no reason to eject, for a tenth of the window. */
    void acquit(long nowNanos) {
        acquitted = true;
        acquittedUntilNanos = nowNanos + policy.window().toNanos() / 10;
    }

    /** Another endpoint has left the rotation: this one's load rises now. */
    public void rebaseline(long nowNanos) {
        brokenInRow = 0;
        overloadedInRow = 0;
        rate.clear();
        lenient = true;
        lenientUntilNanos = nowNanos + policy.window().toNanos() / 2;
    }

    private void clear() {
        brokenInRow = 0;
        overloadedInRow = 0;
        connectErrorsInRow = 0;
        refusedInRow = 0;
        rate.clear();
    }

    private Reason reason(Suspicion why, long nowNanos) {
        return switch (why) {
            case CONNECT_ERRORS ->
                    new Reason(
                            "eject_connect_errors",
                            "%d connects in a row failed".formatted(connectErrorsInRow),
                            Map.of("connect_errors", (double) connectErrorsInRow));
            case CONSECUTIVE_FAILURES ->
                    new Reason(
                            "eject_consecutive_failures",
                            "%d answers in a row failed".formatted(brokenInRow),
                            Map.of("failures", (double) brokenInRow));
            case PROBATION ->
                    new Reason(
                            "eject_probation",
                            "failed again after readmission, %d good answers short"
                                    .formatted(probationLeft),
                            Map.of("answers_short", (double) probationLeft));
            case FAILURE_RATE, NONE -> {
                double share = rate.share(nowNanos);
                int volume = rate.volume(nowNanos);
                yield new Reason(
                        "eject_failure_rate",
                        "%.0f %% of %d requests failed".formatted(share * 100, volume),
                        Map.of("failure_share", share, "requests", (double) volume));
            }
        };
    }
}
