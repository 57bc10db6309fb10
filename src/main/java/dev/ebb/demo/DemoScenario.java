package dev.ebb.demo;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The play: five instances under high load; load falls, and instances are let go; load returns
 * while one is parked, and it is rescued; one is killed and replaced; load falls again. It moves on
 * when it sees that something has happened, and not by the clock alone, because a busy machine may
 * take its time; each wait has a limit, and what did not happen is said. Pure: it is told the time
 * and what is to be seen, and answers with deeds. For one thread.
 */
final class DemoScenario {
    private static final int UNITS = 60;
    private static final int MOST_TRIES = 3;

    /** Serving instances from which on one may be parked or killed without harm. */
    private static final int ENOUGH = 3;

    /** One step of the load, up and down. */
    private static final double RISE = 1.2;

    private static final double FALL = 0.8;

    /** Requests per second, so that a trial can tell anything. */
    private static final double LEAST_LOAD = 30;

    private static final Duration LONGEST_GATHERING = Duration.ofSeconds(30);

    private final Duration length;
    private final DemoSettings settings;
    private final int fleet;
    private final Capacity capacity;
    private final List<String> missed = new ArrayList<>();
    private Phase phase = Phase.GATHER;
    private Duration since = Duration.ZERO;
    private int tries;
    private int steps;
    private boolean handedOver;
    private int rescuesBefore;
    private Set<InstanceId> beforeKill = Set.of();
    private Optional<InstanceId> parked = Optional.empty();
    private Optional<Duration> replacedAt = Optional.empty();

    /** What is to be seen of one instance. */
    record Seen(
            InstanceId id,
            Lifecycle lifecycle,
            Health health,
            double requestsPerSecond,
            OptionalDouble utilization) {
        boolean serves() {
            return lifecycle.inRotation() && health != Health.EJECTED;
        }
    }

    /**
     * How things stand.
     *
     * @param at since the beginning
     */
    record Sight(Duration at, List<Seen> instances, int stops, int rescues, int replacements) {
        long serving() {
            return instances.stream().filter(Seen::serves).count();
        }
    }

    /** What is to be done. */
    sealed interface Deed {
        /** All instances are there: from now on Ebb decides how many. */
        record HandOver() implements Deed {}

        record Load(double perSecond, Duration within) implements Deed {}

        /** SIGKILL, out of the blue. */
        record Kill(InstanceId id) implements Deed {}

        record Tell(String text) implements Deed {}
    }

    private enum Phase {
        GATHER("five instances start"),
        HIGH("high load, all five at work"),
        EBB("load has fallen, Ebb lets instances go"),
        RETURN("load is back, while an instance is parked"),
        REGROW("load is back, a little late"),
        STEADY("the rescued instance is at work"),
        FAILOVER("an instance was killed, traffic goes around it"),
        EBB_AGAIN("load has fallen again"),
        OVER("over");

        private final String headline;

        Phase(String headline) {
            this.headline = headline;
        }
    }

    /**
     * @param target utilization that the policy wants, 0 to 1
     */
    DemoScenario(Duration length, DemoSettings settings, double target) {
        this.capacity = new Capacity(target, settings.share());
        this.length = length;
        this.fleet = settings.fleet();
        this.settings = settings;
    }

    String headline() {
        return phase.headline;
    }

    boolean isOver() {
        return phase == Phase.OVER;
    }

    /** What was meant to happen and did not, as sentences; empty when all is well. */
    List<String> missed() {
        return List.copyOf(missed);
    }

    /** Looks, and says what is to be done now. */
    List<Deed> step(Sight sight) {
        Duration spent = sight.at().minus(since);
        return switch (phase) {
            case GATHER -> gather(sight, spent);
            case HIGH -> high(sight, spent);
            case EBB -> ebb(sight, spent);
            case RETURN -> loadReturns(sight, spent);
            case REGROW -> regrow(sight, spent);
            case STEADY -> steady(sight, spent);
            case FAILOVER -> failover(sight, spent);
            case EBB_AGAIN -> ebbAgain(sight);
            case OVER -> List.of();
        };
    }

    private List<Deed> gather(Sight sight, Duration spent) {
        if (sight.serving() >= fleet) {
            return enter(
                    Phase.HIGH,
                    sight,
                    load(settings.high(), 2),
                    new Deed.Tell("all " + fleet + " serve; the load rises"));
        }
        if (spent.compareTo(LONGEST_GATHERING) > 0) {
            missed.add(
                    "only %d of %d instances came up within %d s"
                            .formatted(sight.serving(), fleet, LONGEST_GATHERING.toSeconds()));
            return enter(Phase.OVER, sight, new Deed.Tell(missed.getLast()));
        }
        return List.of();
    }

    /** Ebb decides how many once it has seen the high load. */
    private List<Deed> high(Sight sight, Duration spent) {
        if (spent.compareTo(units(4)) < 0) {
            return List.of();
        }
        capacity.sample(sight.instances());
        if (spent.compareTo(units(5.5)) >= 0 && sight.at().compareTo(units(7.5)) >= 0) {
            return falls(sight);
        }
        if (handedOver) {
            return List.of();
        }
        handedOver = true;
        return List.of(new Deed.HandOver());
    }

    private List<Deed> falls(Sight sight) {
        tries++;
        steps = 0;
        return enter(
                Phase.EBB,
                sight,
                load(capacity.of(settings.low()), 0.5),
                new Deed.Tell(tries == 1 ? "load falls" : "load falls once more"));
    }

    private List<Deed> ebb(Sight sight, Duration spent) {
        parked =
                sight.instances().stream()
                        .filter(i -> i.lifecycle() == Lifecycle.PARKED)
                        .findFirst()
                        .map(Seen::id);
        if (sight.stops() >= 2 && parked.isPresent()) {
            rescuesBefore = sight.rescues();
            steps = 0;
            return enter(
                    Phase.RETURN,
                    sight,
                    load(capacity.of(settings.middle()), 0.2),
                    new Deed.Tell("load returns now, while " + parked.get() + " is parked"));
        }
        if (spent.compareTo(units(32)) > 0) {
            missed.add(
                    sight.stops() >= 2
                            ? "no instance was parked when load should have returned, so there was"
                                    + " nothing to rescue"
                            : (sight.stops() == 1 ? "only one" : "no")
                                    + " instance was stopped after load had fallen");
            return enter(
                    Phase.STEADY,
                    sight,
                    load(capacity.of(settings.middle()), 1),
                    new Deed.Tell("load returns"));
        }
        return onward(spent, 8, 6, capacity.of(settings.low()), FALL);
    }

    private List<Deed> loadReturns(Sight sight, Duration spent) {
        if (sight.rescues() > rescuesBefore) {
            // Ebb has acted on the load of a moment ago; what came since is taken back.
            double enough = capacity.of(settings.middle()) * Math.pow(RISE, Math.max(0, steps - 2));
            return enter(Phase.STEADY, sight, load(Math.min(enough, settings.high()), 0.3));
        }
        boolean gone = sight.instances().stream().noneMatch(i -> i.lifecycle().canBeRescued());
        if (gone && tries < MOST_TRIES) {
            return enter(
                    Phase.REGROW,
                    sight,
                    new Deed.Tell("it was stopped first; load goes on rising"));
        }
        if (gone || spent.compareTo(units(12)) > 0) {
            missed.add("no instance was rescued when load returned");
            return enter(Phase.STEADY, sight);
        }
        return onward(spent, 1.3, 0.8, capacity.of(settings.middle()), RISE);
    }

    /** Too few are left to park any: load rises until there are more, and then falls again. */
    private List<Deed> regrow(Sight sight, Duration spent) {
        if (sight.serving() >= ENOUGH && spent.compareTo(units(4)) >= 0) {
            return falls(sight);
        }
        if (spent.compareTo(units(15)) > 0) {
            missed.add("no instance was rescued when load returned");
            return enter(Phase.STEADY, sight);
        }
        return onward(spent, 1.3, 0.8, capacity.of(settings.middle()), RISE);
    }

    /**
     * What an instance carries is known only roughly. So if nothing happens for {@code first}
     * units, the load goes a step on in its direction, and again after each {@code next}.
     */
    private List<Deed> onward(
            Duration spent, double first, double next, double from, double factor) {
        if (spent.compareTo(units(first + steps * next)) < 0) {
            return List.of();
        }
        steps++;
        double rate = from * Math.pow(factor, steps);
        return List.of(load(Math.clamp(rate, LEAST_LOAD, settings.high()), 0.2));
    }

    private Deed load(double perSecond, double units) {
        return new Deed.Load(Math.rint(perSecond), units(units));
    }

    private List<Deed> steady(Sight sight, Duration spent) {
        if (spent.compareTo(units(4)) < 0) {
            return List.of();
        }
        boolean safe = sight.serving() >= ENOUGH;
        if (!safe && spent.compareTo(units(15)) <= 0) {
            return List.of();
        }
        Optional<Seen> busiest =
                sight.instances().stream()
                        .filter(Seen::serves)
                        .max(
                                // Rather not the one that has just been saved.
                                Comparator.comparing(
                                                (Seen i) -> !parked.equals(Optional.of(i.id())))
                                        .thenComparingDouble(Seen::requestsPerSecond));
        if (busiest.isEmpty() || sight.serving() < 2) {
            missed.add("no instance was killed, because too few were serving");
            return enter(Phase.EBB_AGAIN, sight, load(capacity.of(settings.low()), 1));
        }
        var ids = new HashSet<InstanceId>();
        sight.instances().forEach(i -> ids.add(i.id()));
        beforeKill = ids;
        InstanceId victim = busiest.get().id();
        return enter(
                Phase.FAILOVER,
                sight,
                new Deed.Tell(victim + " gets a SIGKILL from the demo, in the middle of its work"),
                new Deed.Kill(victim));
    }

    private List<Deed> failover(Sight sight, Duration spent) {
        boolean serves = sight.instances().stream().anyMatch(i -> i.serves() && isNew(i.id()));
        if (sight.replacements() > 0 && serves && replacedAt.isEmpty()) {
            replacedAt = Optional.of(sight.at());
        }
        boolean settled =
                replacedAt.filter(at -> sight.at().minus(at).compareTo(units(3)) >= 0).isPresent();
        if (!settled && spent.compareTo(units(20)) <= 0) {
            return List.of();
        }
        if (!settled) {
            missed.add("the killed instance was not replaced in time");
        }
        return enter(
                Phase.EBB_AGAIN,
                sight,
                load(capacity.of(settings.low()), 1),
                new Deed.Tell("load falls again"));
    }

    private boolean isNew(InstanceId id) {
        return !beforeKill.contains(id);
    }

    private List<Deed> ebbAgain(Sight sight) {
        return sight.at().compareTo(length) >= 0 ? enter(Phase.OVER, sight) : List.of();
    }

    private List<Deed> enter(Phase next, Sight sight, Deed... deeds) {
        phase = next;
        since = sight.at();
        return List.of(deeds);
    }

    /** Sixtieths of the whole length. */
    private Duration units(double count) {
        return Duration.ofNanos((long) (length.toNanos() * count / UNITS));
    }
}
