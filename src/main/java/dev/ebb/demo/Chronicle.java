package dev.ebb.demo;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.Command;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Planned;
import dev.ebb.core.Reason;
import dev.ebb.demo.view.Scene.Happening;
import dev.ebb.demo.view.Scene.Tone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What happened, as Ebb's own journal has it: each action with its reasons, and a sentence for
 * people. Written by the control thread and by the demo; safe for use by several threads.
 */
final class Chronicle {
    private static final int MOST = 10_000;

    private final Supplier<Duration> clock;
    private final List<Action> actions = new ArrayList<>();
    private final List<Happening> happenings = new ArrayList<>();
    private final Map<InstanceId, Integer> inFlightAtPark = new HashMap<>();
    private final Map<InstanceId, List<Reason>> startReasons = new HashMap<>();
    private final Map<InstanceId, List<Reason>> trials = new HashMap<>();
    private final Set<InstanceId> ready = new HashSet<>();
    private boolean closed;

    Chronicle(Supplier<Duration> clock) {
        this.clock = clock;
    }

    /** What follows is the demo's own tidying up, and no scaling. */
    synchronized void close() {
        closed = true;
    }

    synchronized List<Action> actions() {
        return List.copyOf(actions);
    }

    synchronized List<Happening> happenings() {
        return List.copyOf(happenings);
    }

    synchronized int count(Action.Kind kind) {
        return (int) actions.stream().filter(action -> action.kind() == kind).count();
    }

    synchronized void tell(Tone tone, String text) {
        if (happenings.size() < MOST) {
            happenings.add(new Happening(clock.get(), tone, text));
        }
    }

    /** Takes in what Ebb writes down. */
    synchronized void see(JournalEntry entry) {
        if (closed) {
            return;
        }
        switch (entry) {
            case JournalEntry.Decided decided ->
                    decided.explanation().planned().forEach(this::rememberStart);
            case JournalEntry.Intended intended ->
                    started(intended.intent().id(), intended.replaces());
            case JournalEntry.Moved moved -> moved(moved);
            case JournalEntry.HealthChanged changed -> health(changed);
            default -> {
                // Nothing that was done to an instance.
            }
        }
    }

    private void rememberStart(Planned planned) {
        if (planned.command() instanceof Command.Start start && startReasons.size() < MOST) {
            startReasons.put(start.id(), planned.reasons());
        }
    }

    private void started(InstanceId id, Optional<InstanceId> replaces) {
        List<Reason> reasons = startReasons.getOrDefault(id, List.of());
        if (replaces.isPresent()) {
            add(Action.Kind.REPLACE, id, reasons, OptionalInt.empty(), OptionalInt.empty());
            tell(Tone.MORE, id + " starts in place of " + replaces.get() + because(reasons));
        } else {
            add(Action.Kind.START, id, reasons, OptionalInt.empty(), OptionalInt.empty());
            tell(Tone.MORE, id + " starts" + because(reasons));
        }
    }

    private void moved(JournalEntry.Moved moved) {
        InstanceId id = moved.id();
        List<Reason> reasons = moved.reasons();
        if (moved.to().inRotation()) {
            ready.add(id);
        }
        if (moved.to() == Lifecycle.PARKING) {
            inFlightAtPark.put(id, moved.inFlight());
            var inFlight = OptionalInt.of(moved.inFlight());
            add(Action.Kind.PARK, id, reasons, inFlight, OptionalInt.empty());
            tell(Tone.LESS, id + " parked, " + inFlight(moved) + because(reasons));
        } else if (moved.from().canBeRescued() && moved.to() == Lifecycle.SERVING) {
            add(Action.Kind.RESCUE, id, reasons, parkedWith(id), OptionalInt.empty());
            tell(Tone.MORE, id + " rescued, back in rotation" + because(reasons));
        } else if (moved.to() == Lifecycle.DRAINING) {
            trials.put(id, reasons);
            tell(Tone.LESS, id + " is not missed" + because(reasons));
        } else if (moved.to() == Lifecycle.STOPPING && moved.from() != Lifecycle.FAILED) {
            // Why it may go is what its trial has shown; why now, that nothing is in flight.
            var why = new ArrayList<>(trials.getOrDefault(id, List.of()));
            why.addAll(reasons);
            var inFlight = OptionalInt.of(moved.inFlight());
            add(Action.Kind.STOP, id, why, parkedWith(id), inFlight);
            tell(Tone.LESS, id + " stopped, " + inFlight(moved));
        } else if (moved.to() == Lifecycle.FAILED) {
            tell(Tone.FAULT, id + " failed" + because(reasons));
        }
    }

    /** One that has never been ready cannot be taken out: its checks merely began too early. */
    private void health(JournalEntry.HealthChanged changed) {
        if (!ready.contains(changed.id())) {
            return;
        }
        List<Reason> reasons = List.of(changed.reason());
        if (changed.to() == Health.EJECTED) {
            add(Action.Kind.EJECT, changed.id(), reasons, OptionalInt.empty(), OptionalInt.empty());
            tell(Tone.FAULT, changed.id() + " ejected, traffic goes around it" + because(reasons));
        } else if (changed.from() == Health.EJECTED && changed.to() == Health.HEALTHY) {
            add(
                    Action.Kind.READMIT,
                    changed.id(),
                    reasons,
                    OptionalInt.empty(),
                    OptionalInt.empty());
            tell(Tone.MORE, changed.id() + " readmitted" + because(reasons));
        }
    }

    private OptionalInt parkedWith(InstanceId id) {
        Integer inFlight = inFlightAtPark.get(id);
        return inFlight == null ? OptionalInt.empty() : OptionalInt.of(inFlight);
    }

    private void add(
            Action.Kind kind,
            InstanceId id,
            List<Reason> reasons,
            OptionalInt atPark,
            OptionalInt atStop) {
        if (actions.size() < MOST) {
            actions.add(new Action(clock.get(), kind, id, reasons, atPark, atStop));
        }
    }

    private static String inFlight(JournalEntry.Moved moved) {
        return moved.inFlight() == 0 ? "nothing in flight" : moved.inFlight() + " in flight";
    }

    private static String because(List<Reason> reasons) {
        return reasons.isEmpty() ? "" : ": " + reasons.getFirst().text();
    }
}
