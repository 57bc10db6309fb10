package dev.ebb.sim.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The signals of one run: a short memory of what was, read with the delays of the model. */
final class Seen implements Signals {
    private final double step;
    private final double begin;
    private final Fleet fleet;
    private final int loadAge;
    private final int pipelineAge;
    private final int window;
    private final double[] loads;
    private final double[] utilizations;
    private final double[] busies;
    private final List<Optional<QueueSight>> queues;
    private final List<Optional<Answers>> answers;
    private int index;
    private int wanted;

    /**
     * @param first the load that had been there for long before the first step
     * @param begin seconds since the epoch at the first step
     */
    Seen(FleetModel model, double first, double begin, Fleet fleet) {
        this.step = model.step();
        this.begin = begin;
        this.fleet = fleet;
        this.loadAge = Math.max(1, model.steps(model.signals().load()));
        this.pipelineAge = Math.max(1, model.steps(model.signals().utilization()));
        this.window = Math.max(1, (int) Math.round(model.signals().window() / step));
        int kept = Math.max(loadAge, pipelineAge + window) + 1;
        loads = new double[kept];
        utilizations = new double[kept];
        busies = new double[kept];
        queues = new ArrayList<>(Collections.nCopies(kept, Optional.empty()));
        answers = new ArrayList<>(Collections.nCopies(kept, Optional.empty()));
        Arrays.fill(loads, first);
        double busy = Math.min(first / model.capacity(), fleet.ready());
        Arrays.fill(busies, busy);
        Arrays.fill(utilizations, utilization(busy, first, fleet.ready()));
    }

    /** The signals of this step. */
    Signals begin(int nextIndex, int lastWanted) {
        index = nextIndex;
        wanted = lastWanted;
        return this;
    }

    /** The step is over: it can be seen from now on. */
    void end(Flow flow, int ready) {
        int slot = index % loads.length;
        loads[slot] = flow.offered();
        busies[slot] = flow.busy();
        queues.set(slot, flow.queue());
        answers.set(slot, flow.answers());
        utilizations[slot] = utilization(flow.busy(), flow.offered(), ready);
    }

    private static double utilization(double busy, double load, int ready) {
        if (ready == 0) {
            return load > 0 ? 1 : 0;
        }
        return busy / ready;
    }

    @Override
    public double epoch() {
        return begin + now();
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public double now() {
        return index * step;
    }

    @Override
    public int ready() {
        return fleet.ready();
    }

    @Override
    public int starting() {
        return fleet.starting();
    }

    @Override
    public int wanted() {
        return wanted;
    }

    @Override
    public double load() {
        return loads[Math.floorMod(index - loadAge, loads.length)];
    }

    @Override
    public Optional<QueueSight> queue() {
        return queues.get(Math.floorMod(index - loadAge, loads.length));
    }

    @Override
    public double utilization() {
        return mean(utilizations);
    }

    @Override
    public double busy() {
        return mean(busies);
    }

    @Override
    public Optional<Answers> answers() {
        return answers.get(Math.floorMod(index - loadAge, answers.size()));
    }

    private double mean(double[] kept) {
        double sum = 0;
        for (int i = 0; i < window; i++) {
            sum += kept[Math.floorMod(index - pipelineAge - i, kept.length)];
        }
        return sum / window;
    }
}
