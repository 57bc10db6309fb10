package dev.ebb.balance;

import java.util.Collection;
import java.util.random.RandomGenerator;

/**
 * The endpoints that may be picked at the moment, in an array, so that one is drawn in constant
 * time. Rebuilt when a snapshot or an endpoint's health changes, never by a pick.
 *
 * <p>Healthy ones only, as long as at least {@code panicThreshold} of the active ones are healthy.
 * With fewer, health is ignored (balancer panic: rather spread the load over all than drown the
 * few, and the detection itself may be what is wrong), except that endpoints where nobody listens
 * stay out while others exist: that is certain, and costs a retry each time. Parked and draining
 * endpoints are neither picked nor counted: their absence is planned.
 */
final class Rotation {
    private static final int DRAWS = 32;

    private final double panicThreshold;
    private final SlowStart slowStart;
    private Candidate[] eligible = {};
    private int size;
    private int active;
    private int healthy;
    private int out;
    private boolean panic;
    private boolean ramping;
    private double topFactor = 1;
    private long inFlight;
    private double weight;

    Rotation(BalancePolicy policy) {
        this.panicThreshold = policy.ejection().panicThreshold();
        this.slowStart = SlowStart.of(policy.slowStart());
    }

    void rebuild(Collection<Candidate> candidates, long nowNanos) {
        active = 0;
        healthy = 0;
        out = 0;
        int reachable = 0;
        for (Candidate candidate : candidates) {
            candidate.slot = -1;
            out += candidate.isOut() ? 1 : 0;
            if (candidate.isActive()) {
                active++;
                healthy += candidate.isOut() ? 0 : 1;
                reachable += candidate.isUnreachable() ? 0 : 1;
            }
        }
        panic = healthy < panicThreshold * active;
        inFlight = 0;
        weight = 0;
        // A new array each time: the old one would keep endpoints that have gone.
        eligible = new Candidate[active];
        size = 0;
        for (Candidate candidate : candidates) {
            if (candidate.isActive() && admits(candidate, reachable > 0)) {
                candidate.slot = size;
                eligible[size++] = candidate;
                inFlight += candidate.inFlight();
                weight += candidate.endpoint().weight();
            }
        }
        updateRamps(nowNanos);
    }

    private boolean admits(Candidate candidate, boolean othersReachable) {
        if (!candidate.isOut()) {
            return true;
        }
        return panic && !(othersReachable && candidate.isUnreachable());
    }

    /** Slow start moves with time. A new one begins with a rebuild only. */
    void moveOn(long nowNanos) {
        if (ramping) {
            updateRamps(nowNanos);
        }
    }

    private void updateRamps(long nowNanos) {
        ramping = false;
        topFactor = SlowStart.LEAST;
        for (int i = 0; i < size; i++) {
            double factor = slowStart.factor(eligible[i].rampFromNanos(), nowNanos);
            ramping |= factor < 1;
            topFactor = Math.max(topFactor, factor);
        }
    }

    int size() {
        return size;
    }

    Candidate at(int slot) {
        return eligible[slot];
    }

    /** A request begins at one of them, or at one that is not in rotation. */
    void started(Candidate candidate) {
        inFlight += candidate.slot >= 0 ? 1 : 0;
    }

    void finished(Candidate candidate) {
        inFlight -= candidate.slot >= 0 ? 1 : 0;
    }

    /** Of this loop's, at all of them. */
    long inFlight() {
        return inFlight;
    }

    /** The sum of their weights. */
    double weight() {
        return weight;
    }

    int active() {
        return active;
    }

    int healthy() {
        return healthy;
    }

    /** How many are out by failure detection, parked ones included. */
    int out() {
        return out;
    }

    boolean panic() {
        return panic;
    }

    boolean ramping() {
        return ramping;
    }

    /** How many may be picked that have not been tried. */
    int untried(Tried tried) {
        int there = 0;
        for (int i = 0; i < tried.size(); i++) {
            there += tried.at(i).slot >= 0 ? 1 : 0;
        }
        return size - there;
    }

    /** This endpoint's share of a full share, relative to the oldest's: 0.1 to 1. */
    double factor(Candidate candidate, long nowNanos) {
        if (!ramping) {
            return 1;
        }
        return Math.min(1, slowStart.factor(candidate.rampFromNanos(), nowNanos) / topFactor);
    }

    /**
     * Draws one at random that was not tried, those in slow start less often.
     *
     * @param not a slot that must not come out; -1 for none. At least one other must be there
     */
    int draw(Tried tried, int not, long nowNanos, RandomGenerator random) {
        int fallback = -1;
        for (int i = 0; i < DRAWS; i++) {
            int slot = not < 0 ? random.nextInt(size) : random.nextInt(size - 1);
            slot += not >= 0 && slot >= not ? 1 : 0;
            Candidate candidate = eligible[slot];
            if (tried.size() > 0 && tried.contains(candidate)) {
                continue;
            }
            if (!ramping || random.nextDouble() < factor(candidate, nowNanos)) {
                return slot;
            }
            fallback = slot;
        }
        return fallback >= 0 ? fallback : scan(tried, not, random);
    }

    /**
     * The endpoint that was not tried and is least full, by its limit and slow start; -1 when all
     * are full. Looks at all of them, so it is for when the picker's choice is full.
     */
    int roomiest(Tried tried, long nowNanos) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int slot = 0; slot < size; slot++) {
            Candidate candidate = eligible[slot];
            if (candidate.hasRoom() && !tried.contains(candidate)) {
                double full = (candidate.busy() + 1.0) / candidate.limit();
                double weighted = full / factor(candidate, nowNanos);
                if (weighted < least) {
                    least = weighted;
                    best = slot;
                }
            }
        }
        return best;
    }

    /**
     * The endpoint with room that was not tried and wins this hash by rendezvous hashing (see
     * {@link KeyTable}); -1 when all are full. One in slow start takes part in hashes below its
     * share only, as long as there is another. Whoever asks with the same hash gets the same
     * answer, on each loop. Looks at all of them, so it is for the few requests that need such an
     * answer.
     */
    int winner(long hash, Tried tried, long nowNanos) {
        double fraction = unit(Hashing.mix(hash + Hashing.GOLDEN));
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        boolean bestIsOld = false;
        for (int slot = 0; slot < size; slot++) {
            Candidate candidate = eligible[slot];
            if (!candidate.hasRoom() || tried.contains(candidate)) {
                continue;
            }
            boolean old = fraction < factor(candidate, nowNanos);
            double u = unit(Hashing.mix(hash ^ candidate.tag()));
            double score = Math.log(u) / candidate.endpoint().weight();
            if (old == bestIsOld ? score > most : old) {
                best = slot;
                most = score;
                bestIsOld = old;
            }
        }
        return best;
    }

    /** Between 0 and 1, neither included. */
    private static double unit(long hash) {
        return ((hash >>> 11) + 0.5) * 0x1p-53;
    }

    private int scan(Tried tried, int not, RandomGenerator random) {
        int start = random.nextInt(size);
        for (int i = 0; i < size; i++) {
            int slot = (start + i) % size;
            if (slot != not && !tried.contains(eligible[slot])) {
                return slot;
            }
        }
        throw new IllegalStateException("nothing left to draw from " + size);
    }
}
