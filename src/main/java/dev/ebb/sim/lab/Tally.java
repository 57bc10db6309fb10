package dev.ebb.sim.lab;

/** Adds up what a run costs and misses. For one thread. */
final class Tally {
    private final FleetModel model;
    private long steps;
    private long billed;
    private long directionChanges;
    private int direction;
    private double under;
    private double over;
    private long stepsUnder;
    private long stepsOver;

    Tally(FleetModel model) {
        this.model = model;
    }

    void decided(int before, int wanted) {
        int now = Integer.signum(wanted - before);
        if (direction != 0 && now != direction) {
            directionChanges++;
        }
        direction = now;
    }

    void passed(double load, int ready, int cost) {
        steps++;
        billed += cost;
        elasticity(model.need(load), ready);
    }

    private void elasticity(int need, int ready) {
        if (ready < need) {
            stepsUnder++;
            under += (double) (need - ready) / need;
        } else if (ready > need) {
            stepsOver++;
            over += (double) (ready - need) / Math.max(1, need);
        }
    }

    Score score(long starts, Flow flow) {
        double offered = flow.totalOffered();
        double hours = model.step() / 3600;
        double all = Math.max(1, steps);
        return new Score(
                billed * hours,
                offered > 0 ? 100 * flow.totalMissed() / offered : 0,
                offered > 0 ? 100 * flow.totalOverload() / offered : 0,
                starts,
                directionChanges,
                100 * under / all,
                100 * over / all,
                100 * stepsUnder / all,
                100 * stepsOver / all,
                steps * hours,
                flow.latencies());
    }
}
