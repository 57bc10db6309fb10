package dev.ebb.demo;

import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.DemoScenario.Deed;
import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.view.Scene;
import dev.ebb.demo.view.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Plays the scenario on a stage: drives the load, shows the view, keeps the books. The ports that
 * Ebb is given must be wrapped by {@link #journal} and {@link #platform} of the same run. {@link
 * #play} is for one thread; {@link #interrupt} may be called by any.
 */
public final class DemoRun {
    private static final long FRAME_MILLIS = 120;
    private static final int SAMPLES = 60;
    private static final Duration SLACK = Duration.ofSeconds(1);
    private static final Duration LONGEST_BEGINNING = Duration.ofSeconds(20);

    private final DemoClock clock = new DemoClock();
    private final Chronicle chronicle = new Chronicle(clock::elapsed);
    private final Lifetimes lifetimes = new Lifetimes(clock::elapsed);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final Duration length;
    private final int fleet;
    private final DemoScenario scenario;
    private final Map<InstanceId, Scene.Row> rows = new TreeMap<>();
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> latencies = new ArrayList<>();
    private Duration sampledAt = Duration.ZERO;
    private long sampledSent;

    /**
     * @param length how long it is meant to take; all its phases go by it
     * @param target utilization that the policy wants, 0 to 1
     */
    public DemoRun(Duration length, DemoSettings settings, double target) {
        this.length = length;
        this.fleet = settings.fleet();
        scenario = new DemoScenario(length, settings, target);
    }

    /** The journal that Ebb shall write to. */
    public Journal journal(Journal inner) {
        return Recording.journal(inner, chronicle, clock);
    }

    /** The platform that Ebb shall use. */
    public Platform platform(Platform inner) {
        return Recording.platform(inner, lifetimes, clock);
    }

    /** Ends the play as soon as may be; it still tidies up. */
    public void interrupt() {
        interrupted.countDown();
    }

    /** Plays to the end, and stops everything that was started, whatever happens. */
    public DemoReport play(Stage stage, LoadGenerator load, View view) {
        boolean cut = true;
        Duration played;
        EndpointSink.Ledger ledger;
        long retried;
        try {
            cut = playTo(stage, load, view);
        } finally {
            // The fixed fleet's time ends here, and ours with the exit of the last instance.
            played = clock.elapsed();
            chronicle.close();
            lifetimes.close();
            load.stop();
            view.close();
            ledger = stage.ledger();
            retried = stage.retried();
            stage.shutdown();
        }
        return new DemoReport(
                load.counts(),
                retried,
                ledger,
                fleet,
                lifetimes.least(),
                lifetimes.most(),
                lifetimes.used(),
                fixed(cut, played).multipliedBy(fleet),
                chronicle.actions(),
                missed(cut),
                notes(cut, played));
    }

    /** Returns whether it was ended early. */
    private boolean playTo(Stage stage, LoadGenerator load, View view) {
        long giveUp = System.nanoTime() + LONGEST_BEGINNING.toNanos();
        try {
            while (!scenario.isOver()) {
                look(stage, load);
                scenario.step(sight()).forEach(deed -> act(deed, stage, load));
                view.show(scene(stage, load));
                boolean begun = !clock.elapsed().isZero();
                if (interrupted.await(FRAME_MILLIS, TimeUnit.MILLISECONDS)
                        || (!begun && System.nanoTime() > giveUp)) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private Duration fixed(boolean cut, Duration played) {
        return !cut && isAsLongAsMeant(played) ? length : played;
    }

    private boolean isAsLongAsMeant(Duration played) {
        return played.minus(length).abs().compareTo(SLACK) < 0;
    }

    private List<String> missed(boolean cut) {
        var missed = new ArrayList<>(scenario.missed());
        if (cut) {
            missed.add("it was ended early");
        }
        return missed;
    }

    private List<String> notes(boolean cut, Duration played) {
        boolean late = !cut && played.compareTo(length) > 0 && !isAsLongAsMeant(played);
        return late
                ? List.of(
                        "It took %d s instead of %d s, because what it waits for came late"
                                .formatted(played.toSeconds(), length.toSeconds()))
                : List.of();
    }

    private void act(Deed deed, Stage stage, LoadGenerator load) {
        switch (deed) {
            case Deed.HandOver() -> {
                lifetimes.allStarted();
                stage.handOver();
            }
            case Deed.Load(double perSecond, Duration within) -> load.rate(perSecond, within);
            case Deed.Tell(String text) -> chronicle.tell(Scene.Tone.STORY, text);
            case Deed.Kill(InstanceId id) -> {
                if (!stage.kill(id)) {
                    chronicle.tell(Scene.Tone.STORY, id + " could not be killed");
                }
            }
        }
    }

    private void look(Stage stage, LoadGenerator load) {
        var present = new HashMap<InstanceId, Scene.Row>();
        stage.rows().forEach(row -> present.put(row.id(), row));
        rows.replaceAll((id, row) -> present.containsKey(id) ? row : gone(row));
        rows.putAll(present);
        Duration now = clock.elapsed();
        Duration step = length.dividedBy(SAMPLES);
        if (now.minus(sampledAt).compareTo(step) >= 0) {
            long sent = load.counts().sent();
            double seconds = now.minus(sampledAt).toNanos() / 1e9;
            add(rates, (sent - sampledSent) / seconds);
            add(latencies, load.p99MillisSinceLast());
            sampledAt = now;
            sampledSent = sent;
        }
    }

    private static void add(List<Double> values, double value) {
        values.add(value);
        if (values.size() > 4 * SAMPLES) {
            values.removeFirst();
        }
    }

    private static Scene.Row gone(Scene.Row row) {
        return new Scene.Row(row.id(), Lifecycle.GONE, row.health(), row.utilization(), 0, 0, 0);
    }

    private DemoScenario.Sight sight() {
        var seen = new ArrayList<DemoScenario.Seen>();
        for (Scene.Row row : rows.values()) {
            seen.add(
                    new DemoScenario.Seen(
                            row.id(),
                            row.lifecycle(),
                            row.health(),
                            row.requestsPerSecond(),
                            row.utilization()));
        }
        return new DemoScenario.Sight(
                clock.elapsed(),
                seen,
                chronicle.count(Action.Kind.STOP),
                chronicle.count(Action.Kind.RESCUE),
                chronicle.count(Action.Kind.REPLACE));
    }

    private Scene scene(Stage stage, LoadGenerator load) {
        Duration now = clock.elapsed();
        var ledger = stage.ledger();
        var shown =
                new Scene.Load(
                        load.counts(),
                        load.rate(),
                        latencies.isEmpty() ? 0 : latencies.getLast(),
                        rates,
                        latencies);
        return new Scene(
                now,
                length,
                scenario.headline(),
                shown,
                List.copyOf(rows.values()),
                chronicle.happenings(),
                new Scene.Ledger(
                        lifetimes.used().toMillis() / 1e3,
                        fleet * now.toMillis() / 1e3,
                        ledger.retried(),
                        ledger.cut(),
                        ledger.lost()));
    }
}
