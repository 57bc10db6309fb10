package dev.ebb.sim.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.Function;

/** Runs policies over traces, several at once, and compares what they cost and missed. */
public final class Backtest {
    private Backtest() {}

    /**
     * What is to be run. Immutable.
     *
     * @param traces each by another name
     * @param model of the service, for each trace
     * @param queues what requests are like, where the load is to be made of them
     * @param contenders each by another name
     * @param optimum whose cost is 1
     * @param sweep policies of which the frontier is wanted
     * @param recorded whether to keep what the contenders' runs looked like
     */
    public record Plan(
            List<Trace> traces,
            Function<Trace, FleetModel> model,
            Optional<QueueModel> queues,
            List<Contender> contenders,
            Contender optimum,
            List<Family> sweep,
            boolean recorded) {
        public Plan {
            traces = List.copyOf(traces);
            contenders = List.copyOf(contenders);
            sweep = List.copyOf(sweep);
        }
    }

    /**
     * One policy on one trace.
     *
     * @param ratio cost, of the optimum's
     */
    public record Result(String policy, Score score, double ratio, Optional<Recording> recording) {}

    /**
     * One setting of a policy on one trace.
     *
     * @param ratio cost, of the optimum's
     */
    public record Point(String policy, double knob, Score score, double ratio) {}

    /** All that was run on one trace. */
    public record Comparison(
            Trace trace,
            FleetModel model,
            Score optimum,
            List<Result> results,
            List<Point> frontier) {

        /** The policy of this name, if it was run. */
        public Optional<Result> result(String policy) {
            return results.stream().filter(r -> r.policy().equals(policy)).findFirst();
        }
    }

    /** Told by the threads that run, often. */
    public interface Progress {
        /**
         * @param done share of all runs, between 0 and 1
         */
        void at(double done);
    }

    /**
     * Runs all, on as many threads as there are processors.
     *
     * @return one for each trace, in their order
     * @throws InterruptedException when the thread is interrupted; no run goes on then
     */
    public static List<Comparison> run(Plan plan, Progress progress) throws InterruptedException {
        int perTrace = 1 + plan.contenders().size();
        for (Family family : plan.sweep()) {
            perTrace += family.knobs().size();
        }
        var meter = new Meter(progress, (double) perTrace * plan.traces().size());
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("backtest-", 0).factory());
        try {
            List<Pending> pending = new ArrayList<>();
            for (Trace trace : plan.traces()) {
                pending.add(new Pending(plan, trace, pool, meter));
            }
            List<Comparison> comparisons = new ArrayList<>();
            for (Pending one : pending) {
                comparisons.add(one.join());
            }
            return comparisons;
        } finally {
            pool.shutdownNow();
        }
    }

    /** Adds up the shares of all runs. */
    private static final class Meter {
        private final Progress progress;
        private final double runs;
        private final DoubleAdder done = new DoubleAdder();

        Meter(Progress progress, double runs) {
            this.progress = progress;
            this.runs = runs;
        }

        void add(double share) {
            done.add(share);
            progress.at(Math.min(1, done.sum() / runs));
        }
    }

    /** One trace, on its way. */
    private static final class Pending {
        private final Plan plan;
        private final Trace trace;
        private final FleetModel model;
        private final Replay replay;
        private final ExecutorService pool;
        private final Meter meter;
        private final Future<Run> optimum;
        private final List<Future<Run>> contenders = new ArrayList<>();
        private final List<Future<Run>> points = new ArrayList<>();

        private record Run(Score score, Optional<Recording> recording) {}

        Pending(Plan plan, Trace trace, ExecutorService pool, Meter meter) {
            this.plan = plan;
            this.trace = trace;
            this.model = plan.model().apply(trace);
            this.replay = new Replay(trace, model, plan.queues());
            this.pool = pool;
            this.meter = meter;
            optimum = submit(plan.optimum(), false);
            plan.contenders().forEach(c -> contenders.add(submit(c, plan.recorded())));
            for (Family family : plan.sweep()) {
                family.knobs().forEach(k -> points.add(submit(family.at().apply(k), false)));
            }
        }

        private Future<Run> submit(Contender contender, boolean recorded) {
            return pool.submit(() -> run(contender, recorded));
        }

        private Run run(Contender contender, boolean recorded) throws InterruptedException {
            Optional<Recording> recording =
                    recorded ? Optional.of(new Recording()) : Optional.empty();
            var before = new double[1];
            Score score =
                    replay.run(
                            contender,
                            recording.map(Watcher.class::cast).orElse(Watcher.NONE),
                            share -> {
                                meter.add(share - before[0]);
                                before[0] = share;
                            });
            meter.add(1 - before[0]);
            return new Run(score, recording);
        }

        Comparison join() throws InterruptedException {
            Score best = get(optimum).score();
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < contenders.size(); i++) {
                Run run = get(contenders.get(i));
                String name = plan.contenders().get(i).name();
                double ratio = ratio(run.score(), best);
                results.add(new Result(name, run.score(), ratio, run.recording()));
            }
            List<Point> frontier = new ArrayList<>();
            int at = 0;
            for (Family family : plan.sweep()) {
                for (double knob : family.knobs()) {
                    Score score = get(points.get(at++)).score();
                    frontier.add(new Point(family.name(), knob, score, ratio(score, best)));
                }
            }
            return new Comparison(trace, model, best, results, frontier);
        }

        private static double ratio(Score score, Score best) {
            return best.instanceHours() > 0 ? score.instanceHours() / best.instanceHours() : 1;
        }

        private static Run get(Future<Run> future) throws InterruptedException {
            try {
                return future.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof InterruptedException) {
                    throw new InterruptedException("a run was interrupted");
                }
                throw new IllegalStateException("a policy failed", e.getCause());
            }
        }
    }
}
