package dev.ebb.core.objective;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The error budget of a share of answers: of all requests of the time over which it counts, so many
 * may stay without an answer. The time is cut into 48 cells, and the oldest is forgotten as a
 * whole. Immutable, bounded. (B. Beyer and others, "The Site Reliability Workbook", 2018, chapter
 * 5: burn rates.)
 *
 * @param cellNanos length of a cell
 * @param newest number of the newest cell, by the monotonic clock
 * @param requests by cell
 * @param unanswered by cell
 */
public record Budget(long cellNanos, long newest, List<Double> requests, List<Double> unanswered) {
    private static final int CELLS = 48;

    public Budget {
        requests = List.copyOf(requests);
        unanswered = List.copyOf(unanswered);
        if (cellNanos <= 0 || requests.size() != CELLS || unanswered.size() != CELLS) {
            throw new IllegalArgumentException("no budget");
        }
    }

    static Budget fresh(AnsweredGoal goal, long nowNanos) {
        long cell = Math.max(1, goal.over().toNanos() / CELLS);
        List<Double> none = Collections.nCopies(CELLS, 0.0);
        return new Budget(cell, Math.floorDiv(nowNanos, cell), none, none);
    }

    private boolean isOf(AnsweredGoal goal) {
        return cellNanos == Math.max(1, goal.over().toNanos() / CELLS);
    }

    /** With one more stretch of time; the clock may have begun anew with the machine. */
    Budget plus(Sight sight, AnsweredGoal goal, long nowNanos) {
        if (!isOf(goal)) {
            return fresh(goal, nowNanos).plus(sight, goal, nowNanos);
        }
        long cell = Math.floorDiv(nowNanos, cellNanos);
        List<Double> all = new ArrayList<>(requests);
        List<Double> bad = new ArrayList<>(unanswered);
        boolean anew = cell < newest;
        long passed = anew ? 0 : Math.min(CELLS, cell - newest);
        if (anew) {
            Collections.rotate(all, Math.floorMod(cell - newest, CELLS));
            Collections.rotate(bad, Math.floorMod(cell - newest, CELLS));
        }
        for (long c = cell - passed + 1; c <= cell; c++) {
            all.set(Math.floorMod(c, CELLS), 0.0);
            bad.set(Math.floorMod(c, CELLS), 0.0);
        }
        int at = Math.floorMod(cell, CELLS);
        all.set(at, all.get(at) + sight.requests());
        bad.set(at, bad.get(at) + sight.unanswered());
        return new Budget(cellNanos, cell, all, bad);
    }

    double sumOfRequests() {
        return requests.stream().mapToDouble(Double::doubleValue).sum();
    }

    double sumOfUnanswered() {
        return unanswered.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Share of the budget that is spent; above 1 when more is. One request may always fail. */
    public double spent(AnsweredGoal goal) {
        return sumOfUnanswered() / Math.max(1, goal.mayMiss() * sumOfRequests());
    }
}
