package dev.ebb.sim.lab;

/**
 * What requests are like, for objectives about latency. Each instance works on so many at once and
 * lets the others wait in the order in which they came; each request goes to the less busy of two
 * instances that are drawn. An instance of the fleet model's capacity is fully busy when it carries
 * that load. Immutable.
 *
 * @param service mean seconds that a request takes when it need not wait
 * @param slots requests that an instance works on at once
 * @param variation standard deviation of the service time over its mean; log-normal
 * @param cold seconds after its start until an instance is at full speed
 * @param coldFactor how much longer requests take right after the start; falls evenly to 1
 * @param stragglers share of the requests that take much longer
 * @param straggling how much longer those take
 * @param objective seconds; a request that takes longer misses
 * @param waiting requests that may wait at an instance for each slot; beyond that it refuses
 */
public record QueueModel(
        double service,
        int slots,
        double variation,
        double cold,
        double coldFactor,
        double stragglers,
        double straggling,
        double objective,
        int waiting) {

    /** Requests of a fifth of a second, four at once, of which one should take a second at most. */
    public static final QueueModel USUAL = new QueueModel(0.2, 4, 0.5, 20, 3, 0.001, 4, 1, 50);

    public QueueModel {
        require(service > 0 && service <= 3600, "a request takes up to an hour");
        require(slots >= 1 && slots <= 10_000, "an instance works on 1 to 10000 requests at once");
        require(variation >= 0 && variation <= 100, "the variation must be in [0, 100]");
        require(cold >= 0 && cold <= 3600 && coldFactor >= 1 && coldFactor <= 1000, "cold starts");
        require(stragglers >= 0 && stragglers <= 1, "stragglers are a share");
        require(straggling >= 1 && straggling <= 1000, "stragglers take 1 to 1000 times as long");
        require(objective > 0 && objective <= 86_400, "the objective must be positive");
        require(waiting >= 0 && waiting <= 100_000, "0 to 100000 requests wait for each slot");
    }

    private static void require(boolean good, String what) {
        if (!good) {
            throw new IllegalArgumentException(what);
        }
    }

    /** The same with another service time, number of slots and objective. */
    public QueueModel with(double newService, int newSlots, double newObjective) {
        return new QueueModel(
                newService,
                newSlots,
                variation,
                cold,
                coldFactor,
                stragglers,
                straggling,
                newObjective,
                waiting);
    }

    /** Mean service time with the stragglers, on a warm instance. */
    double meanService() {
        return service * (1 + stragglers * (straggling - 1));
    }

    /** Requests a second that keep an instance fully busy. */
    double rate() {
        return slots / meanService();
    }
}
