package dev.ebb.sim;

import dev.ebb.control.EndpointSink;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Order;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.Status;
import dev.ebb.core.Now;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One run: the real control loop over simulated ports, in virtual time, with everything that goes
 * wrong drawn from a seed, judged by {@link Invariants}. Ebb dies between steps or inside one, and
 * another life of it recovers. Single-threaded; the same seed gives the same {@link Outcome}.
 */
public final class Simulation {
    private static final long TICK = SimClock.SECOND;
    private static final double HOST_CORES = 64;
    private static final double SHUTDOWN_SECONDS = 180;

    private final Scenario scenario;
    private final ControlLoop.Factory factory;
    private final UnaryOperator<Ports> tamper;
    private final UnaryOperator<Now> clockTamper;
    private final World world;
    private final Driver driver;
    private final Facts facts;
    private final Invariants invariants;
    private final Witnesses witnesses;
    private final Timeline timeline;
    private final SplittableRandom random;
    private final Faults faults;
    private final Deque<Fault> forEbb = new ArrayDeque<>();
    private CrashPoint crash = new CrashPoint();
    private @Nullable ControlLoop control;
    private long downUntil;
    private long skipUntil;

    Simulation(
            Scenario scenario,
            ControlLoop.Factory factory,
            UnaryOperator<Ports> tamper,
            UnaryOperator<Now> clockTamper) {
        this(Drivers.PROCESS, scenario, factory, tamper, clockTamper);
    }

    Simulation(
            Drivers kind,
            Scenario scenario,
            ControlLoop.Factory factory,
            UnaryOperator<Ports> tamper,
            UnaryOperator<Now> clockTamper) {
        this.scenario = scenario;
        this.factory = factory;
        this.tamper = tamper;
        this.clockTamper = clockTamper;
        List<SimService> services = new ArrayList<>();
        scenario.parts().forEach(part -> services.add(new SimService(part.model(), part.plan())));
        world = new World(services);
        random = new SplittableRandom(scenario.seed() ^ 0x5DEECE66DL);
        driver = kind.in(world, scenario, random);
        facts = new Facts(world, driver.journal(), scenario);
        invariants = new Invariants(facts);
        timeline = new Timeline(world.clock);
        witnesses = new Witnesses(invariants, timeline);
        world.witness = witnesses;
        faults = new Faults(world);
    }

    /** Runs a seed with the real control loop. */
    public static Outcome run(long seed) {
        return run(seed, RealControl::new);
    }

    /** Runs a seed in a world of this kind. */
    public static Outcome run(long seed, Drivers kind) {
        return new Simulation(
                        kind,
                        kind.scenario(seed),
                        RealControl::new,
                        UnaryOperator.identity(),
                        UnaryOperator.identity())
                .run();
    }

    /** Runs a seed with another control loop. */
    static Outcome run(long seed, ControlLoop.Factory factory) {
        return run(Scenarios.of(seed), factory, UnaryOperator.identity());
    }

    static Outcome run(
            Scenario scenario, ControlLoop.Factory factory, UnaryOperator<Ports> tamper) {
        return new Simulation(scenario, factory, tamper, UnaryOperator.identity()).run();
    }

    Outcome run() {
        scenario.faults().forEach(this::arm);
        long end = (long) (scenario.seconds() * SimClock.SECOND);
        int ticks = 0;
        while (world.clock.nanos() < end) {
            long tickAt = world.clock.nanos();
            tick();
            if (ticks++ % 30 == 0) {
                summary();
            }
            world.advanceTo(Math.max(world.clock.nanos(), tickAt + TICK));
        }
        if (control != null && scenario.isConstant()) {
            invariants.afterRun();
        }
        if (control != null && scenario.ending() != Scenario.Ending.CUT_OFF) {
            shutDown();
        }
        summary();
        return outcome();
    }

    private void arm(Fault fault) {
        long at = (long) (fault.atSeconds() * SimClock.SECOND);
        world.events.at(
                at,
                () -> {
                    facts.disturb(fault.seconds() + 90);
                    if (concernsEbb(fault)) {
                        forEbb.add(fault);
                    } else {
                        timeline.add("FAULT " + faults.strike(fault));
                    }
                });
    }

    private static boolean concernsEbb(Fault fault) {
        return fault.kind().isOrder()
                || fault.kind().bendsTime()
                || switch (fault.kind()) {
                    case EBB_CRASHES, EBB_CRASHES_INSIDE, MACHINE_CRASHES -> true;
                    default -> false;
                };
    }

    private void tick() {
        while (!forEbb.isEmpty()) {
            strikeEbb(forEbb.poll());
        }
        if (control == null && world.clock.nanos() >= downUntil) {
            live();
        }
        ControlLoop loop = control;
        if (loop == null || world.clock.nanos() < skipUntil) {
            return;
        }
        guarded(
                "step",
                () -> {
                    facts.beginStep();
                    driver.notOurs().ifPresent(hold -> loop.takeBack(hold.why(), now()));
                    loop.step(now());
                    judge(loop);
                });
    }

    private void judge(ControlLoop loop) {
        Status status = loop.status();
        if (!crash.isDead()) {
            invariants.afterStep(status);
        }
    }

    private Now now() {
        return clockTamper.apply(world.clock.now());
    }

    /** Runs a part of control; Ebb may die in it, and what it throws besides is a defect. */
    private void guarded(String what, Runnable part) {
        try {
            part.run();
            if (crash.isDead()) {
                died("in " + what + ", which went on all the same");
            }
        } catch (SimCrash death) {
            died(death.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            StackTraceElement[] trace = e.getStackTrace();
            String where = trace.length > 0 ? " at " + trace[0] : "";
            facts.violation("-", what + " threw " + e + where);
            died("by a defect");
        }
    }

    private void live() {
        world.clock.newOrigin(random.nextLong(-1L << 50, 1L << 50));
        facts.newLife();
        crash = new CrashPoint();
        timeline.add("EBB begins life " + facts.life);
        EndpointSink sink = driver.sink(random.split());
        WatchedPorts watched =
                new WatchedPorts(
                        world, crash, driver.stopsAtOnce(), scenario.slowSteps(), random.split());
        Ports ports =
                watched.over(
                        driver.platform(random.split()),
                        sink,
                        new SimMetrics(world, HOST_CORES, random.split()),
                        driver.journal(),
                        new SimQueries(world));
        List<ServicePlan> plans = scenario.parts().stream().map(Scenario.Part::plan).toList();
        Ports given = tamper.apply(ports);
        if (crashesInRecovery()) {
            crash.arm(1 + random.nextInt(12), random.nextBoolean());
        }
        guarded(
                "recover",
                () -> {
                    facts.beginStep();
                    control = factory.create(plans, given);
                    control.recover(now());
                });
    }

    /** A crash that was due while Ebb was down strikes the recovery. */
    private boolean crashesInRecovery() {
        return facts.life > 1 && facts.life < 8 && random.nextInt(12) == 0;
    }

    private void died(@Nullable String how) {
        timeline.add("EBB dies " + how);
        facts.disturb(60);
        control = null;
        crash.die();
        driver.died(how == null ? "" : how, random);
        downUntil = world.clock.nanos() + random.nextLong(SimClock.SECOND / 2, TICK * 10);
    }

    private void strikeEbb(Fault fault) {
        timeline.add("FAULT " + fault);
        switch (fault.kind()) {
            case EBB_CRASHES -> {
                if (control != null) {
                    died("between two steps");
                }
            }
            case EBB_CRASHES_INSIDE -> crash.arm(1 + fault.pick() % 40, fault.amount() > 0.5);
            case MACHINE_CRASHES -> {
                if (control != null) {
                    died("with the whole machine");
                }
                world.alive().forEach(it -> world.end(it, OptionalInt.empty()));
            }
            case CONTROL_STALLS -> {
                facts.timeWasBent = true;
                skipUntil = world.clock.nanos() + (long) (fault.seconds() * SimClock.SECOND);
            }
            case EBB_PAUSES -> {
                facts.timeWasBent = true;
                skipUntil = world.clock.nanos() + (long) (fault.seconds() * SimClock.SECOND);
                driver.freeze(fault.seconds());
            }
            case WALL_JUMPS -> {
                facts.timeWasBent = true;
                double hours = (fault.amount() - 0.5) * fault.seconds();
                world.clock.jumpWall((long) (hours * 3_600_000));
            }
            default -> order(fault);
        }
    }

    private void order(Fault fault) {
        ControlLoop loop = control;
        if (loop == null) {
            return;
        }
        guarded(
                "order",
                () -> {
                    Optional<Order> order = Orders.of(fault, loop.status());
                    if (order.isEmpty()) {
                        return;
                    }
                    facts.beginStep();
                    approving(order.get(), true);
                    Order.Answer answer = loop.order(order.get(), now());
                    timeline.add("ORDER " + order.get() + " -> " + answer);
                    if (answer instanceof Order.Answer.Done) {
                        facts.ordered(order.get());
                    } else {
                        approving(order.get(), false);
                    }
                });
    }

    private void approving(Order order, boolean on) {
        if (order instanceof Order.Approve approve) {
            facts.of(approve.service()).approving(on);
        }
    }

    private void shutDown() {
        ControlLoop loop = control;
        if (loop == null) {
            return;
        }
        boolean keep = scenario.ending() == Scenario.Ending.SHUTDOWN_KEEPING;
        timeline.add("SHUTDOWN" + (keep ? ", keeping instances" : ""));
        facts.shuttingDown = true;
        world.close();
        long limit = world.clock.nanos() + (long) (SHUTDOWN_SECONDS * SimClock.SECOND);
        boolean[] done = new boolean[1];
        while (!done[0] && control != null && world.clock.nanos() < limit) {
            guarded("shutdown", () -> done[0] = loop.shutdown(now(), keep));
            world.advanceTo(world.clock.nanos() + TICK);
        }
        if (control == null) {
            return;
        }
        long running = world.alive().stream().filter(it -> !it.stopAsked).count();
        if (!done[0]) {
            facts.violation("-", "the shutdown did not end within " + SHUTDOWN_SECONDS + " s");
        } else if (!keep && running > 0) {
            facts.violation("-", running + " instances run on after the shutdown");
        }
        timeline.add("shut down, " + running + " instances run on");
    }

    private void summary() {
        for (ServiceFacts service : facts.services.values()) {
            SimService god = service.service;
            double seconds = world.clock.seconds();
            int serving = service.carrying().size();
            int wanted = service.status.map(it -> it.explanation().wanted()).orElse(0);
            timeline.add(
                    "%s: load %.1f/s of %.1f/s per instance; %d alive, %d well in rotation, %d"
                                    .formatted(
                                            god.model.name(),
                                            god.model.load().at(seconds),
                                            god.model.capacity(),
                                            god.alive().size(),
                                            serving,
                                            wanted)
                            + " wanted; "
                            + holds(service));
        }
    }

    private static String holds(ServiceFacts service) {
        return service.status
                .map(it ->
                        it.explanation().holds().stream()
                                .map(hold -> "holds: " + hold.why().text())
                                .reduce((a, b) -> a + "; " + b)
                                .orElse("no hold"))
                .orElse("no status");
    }

    private Outcome outcome() {
        long[] sums = new long[8];
        for (SimService service : world.services()) {
            SimService.Stats stats = service.stats;
            sums[0] += stats.sent;
            sums[1] += stats.answered;
            sums[2] += stats.failed;
            sums[3] += stats.unrouted;
            sums[4] += stats.overloaded;
            sums[5] += stats.cutByFailure;
            sums[6] += stats.cutByEbb;
            sums[7] += stats.lostToRemoval;
        }
        Outcome.Totals totals =
                new Outcome.Totals(
                        world.clock.seconds(),
                        sums[0],
                        sums[1],
                        sums[2],
                        sums[3],
                        sums[4],
                        sums[5],
                        sums[6],
                        sums[7],
                        witnesses.starts,
                        witnesses.parks,
                        witnesses.rescues,
                        witnesses.stops,
                        facts.life,
                        scenario.sizesJudged());
        facts.violations.forEach(it -> timeline.add("VIOLATION " + it));
        return new Outcome(
                scenario.seed(),
                scenario.toString(),
                invariants.violations(),
                timeline.lines(),
                totals);
    }

    /** For tests that look at what is on record. */
    List<JournalEntry> record() {
        return driver.journal().recover();
    }
}
