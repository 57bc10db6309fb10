package dev.ebb.sim.lab.rival;

import java.util.Comparator;
import java.util.OptionalDouble;

/**
 * In which order a ReplicaSet deletes its pods; what comes first goes first. Source: {@code
 * ActivePodsWithRanks} in Kubernetes' {@code pkg/controller/controller_utils.go}. Load is not among
 * the inputs. Immutable.
 *
 * @param logarithmic whether ages are compared by powers of two, as by default (the gate
 *     LogarithmicScaleDown); equal ones then go by the unique id, as good as by chance
 */
public record PodRanking(boolean logarithmic) implements Comparator<PodRanking.Pod> {

    /** In the order in which they are deleted. */
    public enum Phase {
        PENDING,
        UNKNOWN,
        RUNNING
    }

    /**
     * @param node empty when it has none yet
     * @param cost {@code controller.kubernetes.io/pod-deletion-cost}
     * @param rank ready pods of the same ReplicaSet on its node
     * @param readyAge seconds since it became ready; none when that is not known
     * @param restarts the most of any of its containers
     * @param createdAge seconds since it was created; none when that is not known
     */
    public record Pod(
            String uid,
            String node,
            Phase phase,
            boolean ready,
            int cost,
            int rank,
            OptionalDouble readyAge,
            int restarts,
            OptionalDouble createdAge) {}

    @Override
    public int compare(Pod a, Pod b) {
        int order = Boolean.compare(b.node().isEmpty(), a.node().isEmpty());
        order = order != 0 ? order : a.phase().compareTo(b.phase());
        order = order != 0 ? order : Boolean.compare(a.ready(), b.ready());
        order = order != 0 ? order : Integer.compare(a.cost(), b.cost());
        order = order != 0 ? order : Integer.compare(b.rank(), a.rank());
        if (order != 0) {
            return order;
        }
        if (a.ready() && b.ready() && !a.readyAge().equals(b.readyAge())) {
            return younger(a.readyAge(), b.readyAge(), a, b);
        }
        if (a.restarts() != b.restarts()) {
            return Integer.compare(b.restarts(), a.restarts());
        }
        return a.createdAge().equals(b.createdAge())
                ? 0
                : younger(a.createdAge(), b.createdAge(), a, b);
    }

    /** The younger first; a time that is not known counts as the youngest. */
    private int younger(OptionalDouble first, OptionalDouble second, Pod a, Pod b) {
        if (first.isEmpty() || second.isEmpty()) {
            return Boolean.compare(second.isEmpty(), first.isEmpty());
        }
        if (!logarithmic) {
            return Double.compare(first.getAsDouble(), second.getAsDouble());
        }
        int order = Long.compare(bucket(first.getAsDouble()), bucket(second.getAsDouble()));
        return order != 0 ? order : a.uid().compareTo(b.uid());
    }

    private static long bucket(double seconds) {
        double nanos = seconds * 1e9;
        return nanos > 0 ? (long) (Math.log(nanos) / Math.log(2)) : -1;
    }
}
