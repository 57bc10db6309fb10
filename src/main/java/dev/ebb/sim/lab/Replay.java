package dev.ebb.sim.lab;

import java.util.Optional;
import java.util.function.DoubleConsumer;

/**
 * One trace, one model: runs policies over it, one after the other. Needs no memory that grows with
 * the trace. Immutable; several threads may each run a policy.
 */
public final class Replay {
    private static final int REPORT_EVERY = 1 << 12;

    private final Trace trace;
    private final Trace loads;
    private final FleetModel model;
    private final Optional<QueueModel> queues;
    private final int steps;

    /** With the load as a fluid. */
    public Replay(Trace trace, FleetModel model) {
        this(trace, model, Optional.empty());
    }

    /**
     * @param queues what requests are like, where the load is to be made of them
     */
    public Replay(Trace trace, FleetModel model, Optional<QueueModel> queues) {
        this.trace = trace;
        this.model = model;
        this.queues = queues;
        this.loads = trace.step() < model.step() - 1e-9 ? trace.averaged(model.step()) : trace;
        this.steps = (int) Math.ceil(trace.seconds() / model.step() - 1e-9);
    }

    /** Steps of the model. */
    public int steps() {
        return steps;
    }

    /** Load in a step of the model; in a step longer than the trace's, the mean. */
    public double load(int step) {
        int at = (int) ((step + 0.5) * model.step() / loads.step());
        return loads.value(Math.min(at, loads.size() - 1));
    }

    /**
     * The fleet that a policy finds when it is asked for the first time: what the first load needs
     * at the reference's target. Its first answer is the fleet that it begins with, as if it had
     * been at work for long.
     */
    private int initial() {
        double target = Math.min(FleetModel.REFERENCE_TARGET, model.missAbove());
        double needed = Math.ceil(load(0) / (target * model.capacity()) - 1e-9);
        return model.clamp((int) Math.min(needed, model.max()));
    }

    /**
     * Runs a policy over the whole trace.
     *
     * @param progress told now and then which share is done
     * @throws InterruptedException when the thread is interrupted: the run is of no use then
     */
    public Score run(Contender contender, Watcher watcher, DoubleConsumer progress)
            throws InterruptedException {
        Run run = begin(contender, watcher);
        for (int i = 0; i < steps; i++) {
            run.step();
            if (i % REPORT_EVERY == 0) {
                pause(progress, i);
            }
        }
        return run.tally.score(run.fleet.starts(), run.flow);
    }

    /** A run that somebody else takes from step to step. */
    Run begin(Contender contender, Watcher watcher) {
        return new Run(contender, watcher);
    }

    /** One policy on its way through the trace. For one thread. */
    final class Run {
        private final Watcher watcher;
        private final Autoscaler policy;
        private final Fleet fleet;
        private final Seen seen;
        private final Tally tally = new Tally(model);
        private final Flow flow;
        private int next;
        private int wanted;

        private Run(Contender contender, Watcher watcher) {
            this.watcher = watcher;
            policy = contender.open(trace, model);
            fleet = new Fleet(model, initial());
            seen = new Seen(model, load(0), trace.begin(), fleet);
            flow = queues.isPresent() ? new QueueFlow(model, queues.get()) : new FluidFlow(model);
            wanted = model.clamp(policy.decide(seen.begin(0, fleet.ready())));
            watcher.decided(0, wanted, wanted, policy);
            fleet.settle(wanted);
        }

        /** The next step; after the trace's end nothing changes any more. */
        void step() {
            if (next == steps) {
                return;
            }
            int i = next++;
            if (i > 0) {
                fleet.advance();
                int answer = model.clamp(policy.decide(seen.begin(i, wanted)));
                if (answer != wanted) {
                    tally.decided(wanted, answer);
                    watcher.decided(i, wanted, answer, policy);
                    fleet.want(answer);
                    wanted = answer;
                }
            }
            double load = load(i);
            int ready = fleet.ready();
            int billed = fleet.billed();
            flow.serve(i * model.step(), load, ready);
            tally.passed(load, ready, billed);
            watcher.passed(i, load, ready, billed);
            seen.end(flow, ready);
        }

        /** Instances that serve or start. */
        int standing() {
            return fleet.ready() + fleet.starting();
        }
    }

    private void pause(DoubleConsumer progress, int done) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("a run was interrupted");
        }
        progress.accept((double) done / steps);
    }
}
