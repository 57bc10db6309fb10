package dev.ebb.sim;

import dev.ebb.core.InstanceId;
import java.util.Comparator;
import java.util.Optional;

/**
 * A pod as the API server has it. Immutable.
 *
 * @param number tells it from every other pod, as a uid does; the later one is the younger
 * @param name as which instance it is known; empty for one that Ebb has not seen yet
 * @param version changes with every change of it, whoever makes it
 * @param gate what Ebb's readiness gate says; empty as long as nobody has set it
 * @param removal the removal that it is a victim of; with it goes the deletion cost
 * @param assigned whether it has a node
 * @param running whether its containers have been started
 * @param containersReady what the kubelet says of them
 * @param leaving whether it is being deleted
 */
record SimPod(
        int number,
        Optional<InstanceId> name,
        long version,
        Optional<Boolean> gate,
        Optional<Removing> removal,
        boolean assigned,
        boolean running,
        boolean containersReady,
        boolean leaving) {

    /**
     * The intent of a removal, as each victim carries it.
     *
     * @param generation of the workload when it was decided
     */
    record Removing(int from, int to, long generation) {}

    /** Which goes first when a ReplicaSet has too many, as far as that can be foreseen. */
    static final Comparator<SimPod> ORDER =
            Comparator.comparing(SimPod::assigned)
                    .thenComparing(SimPod::running)
                    .thenComparing(SimPod::ready)
                    .thenComparingInt(SimPod::cost);

    static SimPod created(int number, long version) {
        return new SimPod(
                number,
                Optional.empty(),
                version,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                false,
                false);
    }

    /** Whether services send it requests. */
    boolean ready() {
        return containersReady && gate.orElse(false) && !leaving;
    }

    boolean counts() {
        return !leaving;
    }

    int cost() {
        return removal.isPresent() ? -1_000 : 0;
    }

    SimPod at(long next) {
        return new SimPod(
                number, name, next, gate, removal, assigned, running, containersReady, leaving);
    }

    SimPod named(InstanceId id) {
        return new SimPod(
                number,
                Optional.of(id),
                version,
                gate,
                removal,
                assigned,
                running,
                containersReady,
                leaving);
    }

    SimPod gated(boolean open) {
        return new SimPod(
                number,
                name,
                version,
                Optional.of(open),
                removal,
                assigned,
                running,
                containersReady,
                leaving);
    }

    SimPod intended(Optional<Removing> intent) {
        return new SimPod(
                number, name, version, gate, intent, assigned, running, containersReady, leaving);
    }

    SimPod seen(boolean runs, boolean ready) {
        return new SimPod(number, name, version, gate, removal, true, runs, ready, leaving);
    }

    SimPod deleted() {
        return new SimPod(
                number, name, version, gate, removal, assigned, running, containersReady, true);
    }

    /** Whether nothing but the version differs. */
    boolean isAs(SimPod other) {
        return at(0).equals(other.at(0));
    }
}
