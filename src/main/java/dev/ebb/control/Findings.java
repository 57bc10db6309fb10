package dev.ebb.control;

import dev.ebb.control.ReplayReport.Cause;
import dev.ebb.control.ReplayReport.Difference;
import dev.ebb.control.ReplayReport.Stretch;
import dev.ebb.control.ReplayReport.What;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Counts what a replay finds from some time on. What it keeps word for word is limited. */
final class Findings {
    private static final int DIFFERENCES_MAX = 20;
    private static final int STRETCHES_MAX = 100;

    private final long fromMillis;
    private final List<Difference> differences = new ArrayList<>();
    private final List<Stretch> stretches = new ArrayList<>();
    private OptionalLong first = OptionalLong.empty();
    private OptionalLong last = OptionalLong.empty();
    private int lives;
    private boolean lifeIsNew = true;
    private boolean inStretch;
    private long identical;
    private long different;
    private long states;
    private long statesDifferent;
    private long unconfirmed;
    private long notReplayed;
    private long notKept;

    Findings(long fromMillis) {
        this.fromMillis = fromMillis;
    }

    /** Another life of Ebb begins; it counts once something is found in it. */
    void life() {
        lifeIsNew = true;
        inStretch = false;
    }

    private boolean counts(long wallMillis) {
        boolean counts = wallMillis >= fromMillis;
        if (counts && lifeIsNew) {
            lives++;
            lifeIsNew = false;
        }
        return counts;
    }

    /** A decision was compared. */
    void decision(long wallMillis, boolean same) {
        if (!counts(wallMillis)) {
            return;
        }
        first = first.isPresent() ? first : OptionalLong.of(wallMillis);
        last = OptionalLong.of(wallMillis);
        if (same) {
            identical++;
        } else {
            different++;
        }
    }

    void unconfirmed(long wallMillis) {
        if (counts(wallMillis)) {
            unconfirmed++;
        }
    }

    /** All that the decider remembers was compared; {@code difference} names what is not equal. */
    void state(long wallMillis, long tick, Optional<StateParts.Unequal> difference) {
        if (!counts(wallMillis)) {
            return;
        }
        states++;
        if (difference.isPresent()) {
            statesDifferent++;
            StateParts.Unequal unequal = difference.get();
            different(wallMillis, tick, What.STATE, unequal.recorded(), unequal.replayed());
        }
    }

    void different(long wallMillis, long tick, What what, String recorded, String replayed) {
        if (counts(wallMillis) && differences.size() < DIFFERENCES_MAX) {
            differences.add(new Difference(wallMillis, tick, what, recorded, replayed));
        }
    }

    /** Observations could not be replayed; neighbours with the same cause are one stretch. */
    void skipped(long wallMillis, long kept, long missing, Cause cause) {
        if (!counts(wallMillis)) {
            return;
        }
        notReplayed += kept;
        notKept += missing;
        if (inStretch && !stretches.isEmpty() && stretches.getLast().cause() == cause) {
            Stretch s = stretches.removeLast();
            stretches.add(
                    new Stretch(
                            s.fromMillis(),
                            wallMillis,
                            s.notReplayed() + kept,
                            s.notKept() + missing,
                            cause));
            return;
        }
        if (stretches.size() < STRETCHES_MAX) {
            stretches.add(new Stretch(wallMillis, wallMillis, kept, missing, cause));
            inStretch = true;
        } else {
            inStretch = false;
        }
    }

    /** The replay is exact again. */
    void resumed() {
        inStretch = false;
    }

    ReplayReport report(ServiceName service) {
        return new ReplayReport(
                service,
                lives,
                first,
                last,
                identical + different,
                identical,
                different,
                states,
                statesDifferent,
                unconfirmed,
                notReplayed,
                notKept,
                differences,
                stretches);
    }
}
