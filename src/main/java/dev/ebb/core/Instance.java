package dev.ebb.core;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the decider remembers of one instance. Immutable.
 *
 * @param sinceNanos monotonic time at which it entered its lifecycle state
 * @param bornNanos monotonic time at which this life of Ebb first knew it
 * @param healthSinceNanos monotonic time at which its health last changed
 * @param parkGeneration snapshot from which on it is not to be picked: parked for what is new,
 *     draining for its sessions too; 0 while in rotation
 * @param replaces the instance that it stands in for: failed, ejected, or to be restarted
 * @param replaced whether a stand-in was started for it, or nobody is needed in its place
 * @param exited whether its process is known to have ended
 */
public record Instance(
        InstanceId id,
        Lifecycle lifecycle,
        long sinceNanos,
        long bornNanos,
        Health health,
        long healthSinceNanos,
        Set<Mark> marks,
        long parkGeneration,
        Optional<InstanceId> replaces,
        boolean replaced,
        boolean exited,
        Series<ProcessReading> process,
        Series<TrafficReading> traffic) {

    /** One that is about to be spawned. */
    public static Instance starting(
            InstanceId id, Optional<InstanceId> replaces, long generation, Now now) {
        return new Instance(
                id,
                Lifecycle.STARTING,
                now.monotonicNanos(),
                now.monotonicNanos(),
                Health.UNKNOWN,
                now.monotonicNanos(),
                Set.of(),
                generation,
                replaces,
                false,
                false,
                Series.empty(ProcessReading::measuredAtNanos),
                Series.empty(TrafficReading::measuredAtNanos));
    }

    /**
     * This instance in another state.
     *
     * @throws IllegalStateException when the transition table does not allow it
     */
    public Instance become(Lifecycle next, Now now) {
        if (!lifecycle.mayBecome(next)) {
            throw new IllegalStateException(id + " cannot go from " + lifecycle + " to " + next);
        }
        return in(next, now.monotonicNanos());
    }

    /** For recovery only: this instance in a state, whatever it was in before. */
    public Instance in(Lifecycle state, long nanos) {
        return new Instance(
                id,
                state,
                nanos,
                bornNanos,
                health,
                healthSinceNanos,
                marks,
                parkGeneration,
                replaces,
                replaced,
                exited,
                process,
                traffic);
    }

    public Instance withHealth(Health next, Now now) {
        return next == health ? this : healthSince(next, now);
    }

    private Instance healthSince(Health next, Now now) {
        return new Instance(
                id,
                lifecycle,
                sinceNanos,
                bornNanos,
                next,
                now.monotonicNanos(),
                marks,
                parkGeneration,
                replaces,
                replaced,
                exited,
                process,
                traffic);
    }

    /**
     * This instance as if so much time had not been, of its start and of its being ejected.
     *
     * @param nanos up to this moment
     */
    Instance unseen(long nanos, Now now) {
        boolean starts = lifecycle == Lifecycle.STARTING;
        boolean ejected = health == Health.EJECTED;
        return starts || ejected
                ? new Instance(
                        id,
                        lifecycle,
                        starts ? later(sinceNanos, nanos, now) : sinceNanos,
                        bornNanos,
                        health,
                        ejected ? later(healthSinceNanos, nanos, now) : healthSinceNanos,
                        marks,
                        parkGeneration,
                        replaces,
                        replaced,
                        exited,
                        process,
                        traffic)
                : this;
    }

    private static long later(long sinceNanos, long nanos, Now now) {
        return now.monotonicNanos() - Math.max(0, now.nanosSince(sinceNanos) - nanos);
    }

    public Instance withMark(Mark mark, boolean set) {
        EnumSet<Mark> next = EnumSet.noneOf(Mark.class);
        next.addAll(marks);
        boolean changed = set ? next.add(mark) : next.remove(mark);
        return changed
                ? new Instance(
                        id,
                        lifecycle,
                        sinceNanos,
                        bornNanos,
                        health,
                        healthSinceNanos,
                        Set.copyOf(next),
                        parkGeneration,
                        replaces,
                        replaced,
                        exited,
                        process,
                        traffic)
                : this;
    }

    public Instance parkedAt(long generation) {
        return new Instance(
                id,
                lifecycle,
                sinceNanos,
                bornNanos,
                health,
                healthSinceNanos,
                marks,
                generation,
                replaces,
                replaced,
                exited,
                process,
                traffic);
    }

    public Instance asReplaced() {
        return new Instance(
                id,
                lifecycle,
                sinceNanos,
                bornNanos,
                health,
                healthSinceNanos,
                marks,
                parkGeneration,
                replaces,
                true,
                exited,
                process,
                traffic);
    }

    /** Its stand-in came too early: it is well again, and counts itself. */
    Instance asWellAgain() {
        return new Instance(
                id,
                lifecycle,
                sinceNanos,
                bornNanos,
                health,
                healthSinceNanos,
                marks,
                parkGeneration,
                replaces,
                false,
                exited,
                process,
                traffic);
    }

    public Instance asExited() {
        return exited
                ? this
                : new Instance(
                        id,
                        lifecycle,
                        sinceNanos,
                        bornNanos,
                        health,
                        healthSinceNanos,
                        marks,
                        parkGeneration,
                        replaces,
                        replaced,
                        true,
                        process,
                        traffic);
    }

    public Instance withReadings(
            Series<ProcessReading> processes, Series<TrafficReading> traffics) {
        return new Instance(
                id,
                lifecycle,
                sinceNanos,
                bornNanos,
                health,
                healthSinceNanos,
                marks,
                parkGeneration,
                replaces,
                replaced,
                exited,
                processes,
                traffics);
    }

    /** This instance with all its readings forgotten, and how long its health has been so. */
    public Instance afterGap(Now now) {
        return healthSince(health, now)
                .withReadings(
                        Series.empty(ProcessReading::measuredAtNanos),
                        Series.empty(TrafficReading::measuredAtNanos));
    }

    public boolean is(Mark mark) {
        return marks.contains(mark);
    }

    /** In rotation and well: it carries load now. */
    public boolean carriesLoad() {
        return lifecycle.inRotation() && health == Health.HEALTHY;
    }

    /** Fully in rotation and well. */
    public boolean isHealthyServing() {
        return lifecycle == Lifecycle.SERVING && health == Health.HEALTHY;
    }

    /** Meant to stay: starting or in rotation, well or not, and not to be restarted. */
    public boolean isStanding() {
        return (lifecycle == Lifecycle.STARTING || lifecycle.inRotation()) && !is(Mark.RETIRING);
    }

    /** Parked by a decision, not by hand. */
    public boolean isOnTrial() {
        return lifecycle.canBeRescued() && !is(Mark.HELD_OUT);
    }

    /** Failed, and nothing was started in its place. */
    public boolean isMissing() {
        return lifecycle == Lifecycle.FAILED && !replaced;
    }

    /** Sessions that were bound to it when it was last looked at; 0 where nobody counts them. */
    public int sessions() {
        return traffic.isEmpty() ? 0 : traffic.latest().ties().map(Ties::sessions).orElse(0);
    }

    /** Requests in flight at the last reading; empty before the first. */
    public OptionalInt inFlight() {
        return traffic.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(traffic.latest().inFlight());
    }
}
