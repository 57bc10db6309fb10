package dev.ebb.sim.lab;

import java.util.Optional;

/** Load as a fluid: spread evenly, and lost where it exceeds the capacity. */
final class FluidFlow implements Flow {
    /** Rounding must not make a miss of what is just at the threshold. */
    private static final double ALMOST = 1 + 1e-12;

    private final FleetModel model;
    private double offered;
    private double busy;
    private double totalOffered;
    private double totalMissed;
    private double totalOverload;

    FluidFlow(FleetModel model) {
        this.model = model;
    }

    @Override
    public void serve(double begin, double load, int ready) {
        offered = load;
        busy = Math.min(load / model.capacity(), ready);
        totalOffered += load;
        double carried = ready * model.capacity();
        if (load > model.missAbove() * carried * ALMOST) {
            totalMissed += load;
            // Where there is no instance at all, it waits for the first one.
            totalOverload += ready == 0 ? 0 : Math.max(0, load - carried);
        }
    }

    @Override
    public double offered() {
        return offered;
    }

    @Override
    public double busy() {
        return busy;
    }

    @Override
    public Optional<QueueSight> queue() {
        return Optional.empty();
    }

    @Override
    public double totalOffered() {
        return totalOffered;
    }

    @Override
    public double totalMissed() {
        return totalMissed;
    }

    @Override
    public double totalOverload() {
        return totalOverload;
    }

    @Override
    public Optional<Latencies> latencies() {
        return Optional.empty();
    }
}
