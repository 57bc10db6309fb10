package dev.ebb.sim.lab.rival;

/**
 * How many replicas a HorizontalPodAutoscaler (autoscaling/v2) takes one metric to ask for, as
 * Kubernetes' replica calculator works it out, with its truncations. Pure.
 *
 * <p>Quantities are whole numbers: milli-units. A result below 0 is none: there was no sample, and
 * the metric is invalid.
 *
 * @param toleranceDown share of the target by which the ratio may be below 1 without consequence
 * @param toleranceUp the same above 1
 */
public record HpaCalculator(double toleranceDown, double toleranceUp) {

    /** The flag's default, 0.1 in both directions. */
    public static final HpaCalculator DEFAULT = new HpaCalculator(0.1, 0.1);

    /** There was nothing to calculate with. */
    public static final int INVALID = -1;

    /** Percent of the requests that the ready pods use, truncated; -1 when nothing is known. */
    static int utilization(HpaPods pods) {
        return pods.request() == 0 ? INVALID : (int) (pods.usage() * 100 / pods.request());
    }

    private boolean isWithin(double ratio) {
        return 1 - toleranceDown <= ratio && ratio <= 1 + toleranceUp;
    }

    /**
     * A resource's utilization.
     *
     * @param current replicas that the target's specification has
     * @param target percent
     */
    public int resource(int current, int target, HpaPods pods) {
        if (pods.ready() == 0 || pods.request() == 0) {
            return INVALID;
        }
        double ratio = (double) utilization(pods) / target;
        boolean withUnready = pods.unready() > 0 && ratio > 1;
        if (!withUnready && pods.missing() == 0) {
            return isWithin(ratio) ? current : (int) Math.ceil(ratio * pods.ready());
        }
        long usage = pods.usage();
        long request = pods.request();
        int count = pods.ready();
        if (pods.missing() > 0 && ratio != 1) {
            usage += ratio < 1 ? pods.missingFull() : 0;
            request += pods.missingRequest();
            count += pods.missing();
        }
        if (withUnready) {
            request += pods.unreadyRequest();
            count += pods.unready();
        }
        long percent = usage * 100 / request;
        double second = (double) percent / target;
        return guarded(current, ratio, second, count);
    }

    /**
     * A metric that each pod has, with a target for its mean. Unready pods are those that are
     * pending; a missing one counts as just at the target, or as nothing, whichever holds back.
     */
    public int pods(int current, long target, HpaPods pods) {
        if (pods.ready() == 0) {
            return INVALID;
        }
        long mean = pods.usage() / pods.ready();
        double ratio = (double) mean / target;
        boolean withUnready = pods.unready() > 0 && ratio > 1;
        if (!withUnready && pods.missing() == 0) {
            return isWithin(ratio) ? current : (int) Math.ceil(ratio * pods.ready());
        }
        long usage = pods.usage() + (ratio < 1 ? target * pods.missing() : 0);
        int count = pods.ready() + (ratio == 1 ? 0 : pods.missing());
        count += withUnready ? pods.unready() : 0;
        long meanOfAll = usage / count;
        double second = (double) meanOfAll / target;
        return guarded(current, ratio, second, count);
    }

    /** What the assumptions about silent pods say must not go the other way than what is known. */
    private int guarded(int current, double first, double second, int count) {
        boolean turned = (first < 1 && second > 1) || (first > 1 && second < 1);
        if (isWithin(second) || turned) {
            return current;
        }
        int wanted = (int) Math.ceil(second * count);
        boolean backwards = (second < 1 && wanted > current) || (second > 1 && wanted < current);
        return backwards ? current : wanted;
    }

    /**
     * An object's or external metric with a target for its value.
     *
     * @param ready pods that run and are ready
     */
    public int value(int current, long target, long total, int ready) {
        double ratio = (double) total / target;
        if (current == 0) {
            return (int) Math.ceil(ratio);
        }
        return isWithin(ratio) ? current : (int) Math.ceil(ratio * ready);
    }

    /**
     * An object's or external metric with a target for its value per pod.
     *
     * @param replicas that the target's status has
     */
    public int averageValue(int replicas, long target, long total) {
        double ratio = replicas == 0 ? Double.NaN : (double) total / ((double) target * replicas);
        return isWithin(ratio) ? replicas : (int) Math.ceil((double) total / target);
    }

    /** The value per pod that the HPA's status shows. */
    static long reportedAverage(int replicas, long total) {
        return (long) Math.ceil((double) total / replicas);
    }
}
