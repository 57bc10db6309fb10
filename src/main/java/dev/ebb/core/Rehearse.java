package dev.ebb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Step 6: what is parked goes through its trial, then drains, then is stopped with proof; or it is
 * rescued. One batch a service at a time. Pure.
 */
final class Rehearse {
    private final Tick tick;
    private final TrialJudge judge;

    Rehearse(Tick tick) {
        this.tick = tick;
        this.judge = new TrialJudge(tick.policy(), tick.seen());
    }

    ServiceState plan(ServiceState state, Plan plan) {
        if (rescued(plan) > 0) {
            return state;
        }
        List<Hold> vetoes = new Guards(tick.policy(), tick.seen()).always(tick.assessment());
        vetoes = new ArrayList<>(vetoes);
        if (tick.observing()) {
            vetoes.add(Tick.OBSERVING);
        }
        vetoes.forEach(plan::hold);
        // A person ordered a restart: it is no scaling, and needs no fleet that reports.
        boolean recorded = !state.journalDown();
        ServiceState next = stuckInParking(state, plan);
        for (Instance instance : next.instances()) {
            if (instance.lifecycle() == Lifecycle.DRAINING && instance.isOnTrial()) {
                boolean allowed = instance.is(Mark.RETIRING) ? recorded : vetoes.isEmpty();
                next = draining(next, instance, plan, allowed);
            }
        }
        retiring(next, plan, recorded);
        return trial(next, plan, vetoes.isEmpty());
    }

    /** A data plane that never acknowledges must not keep an instance idle for ever. */
    private ServiceState stuckInParking(ServiceState state, Plan plan) {
        ServiceState next = state;
        for (Instance instance : state.instances()) {
            boolean stuck =
                    instance.isOnTrial()
                            && instance.lifecycle() == Lifecycle.PARKING
                            && tick.now()
                                    .isPast(instance.sinceNanos(), tick.policy().trial().longest());
            if (stuck) {
                next =
                        rescue(
                                next,
                                instance,
                                plan,
                                Reason.of(
                                        "unacknowledged",
                                        "not every data plane has confirmed its parking"));
            } else if (instance.lifecycle() == Lifecycle.PARKING) {
                plan.hold(
                        new Hold(
                                Reason.of(
                                        "parking",
                                        "waiting for every data plane to confirm the parking"),
                                "the confirmation"));
            }
        }
        return next;
    }

    /** A restart needs no trial: its stand-in serves already. */
    private void retiring(ServiceState state, Plan plan, boolean allowed) {
        for (Instance instance : state.instances()) {
            boolean leaves = instance.is(Mark.RETIRING) && instance.isOnTrial();
            if (leaves && instance.lifecycle() == Lifecycle.PARKED && allowed) {
                plan.order(
                        new Command.Drain(instance.id()),
                        Reason.of("restart", "its stand-in serves"));
            }
        }
    }

    private ServiceState trial(ServiceState state, Plan plan, boolean allowed) {
        Optional<Set<InstanceId>> batch =
                TrialJudge.provenBatch(state).map(all -> withoutRetiring(state, all));
        if (batch.isEmpty() || batch.get().isEmpty()) {
            return state;
        }
        Rehearsal rehearsal =
                state.rehearsal().orElseGet(() -> judge.start(tick.assessment(), batch.get()));
        ServiceState next = state.withRehearsal(Optional.of(rehearsal));
        double used =
                new Projection(tick.policy(), tick.assessment().instances())
                        .utilizationWithout(batch.get());
        return switch (judge.judge(next, rehearsal, used)) {
            case TrialJudge.Verdict.Running(Reason why, String release) -> {
                plan.hold(new Hold(why, release));
                yield next;
            }
            case TrialJudge.Verdict.Lost(Reason why) -> {
                for (InstanceId id : sorted(batch.get())) {
                    next = rescue(next, next.find(id).orElseThrow(), plan, why);
                }
                yield next;
            }
            case TrialJudge.Verdict.Won(Reason why) -> won(next, batch.get(), plan, why, allowed);
        };
    }

    private static Set<InstanceId> withoutRetiring(ServiceState state, Set<InstanceId> batch) {
        return state.instances().stream()
                .filter(i -> batch.contains(i.id()) && !i.is(Mark.RETIRING))
                .map(Instance::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** A set has another order in each process; a decision made again must not. */
    private static List<InstanceId> sorted(Set<InstanceId> batch) {
        return batch.stream().sorted().toList();
    }

    private ServiceState won(
            ServiceState state, Set<InstanceId> batch, Plan plan, Reason why, boolean allowed) {
        if (!allowed) {
            return state;
        }
        // What a restart or a gap left unknown was taken for full use until data came.
        Policy.In in = tick.policy().in();
        Duration span = in.stabilization().plus(in.freshness());
        Optional<Hold> young = new Guards(tick.policy(), tick.seen()).youngHistory(state, span);
        if (young.isPresent()) {
            plan.hold(young.get());
            return state;
        }
        int carrying = state.count(Instance::isHealthyServing);
        int needed = Math.max(tick.sizing().in(), tick.sizing().strict());
        if (needed > carrying && state.ordered().isEmpty()) {
            return needed(state, batch, plan, needed, carrying);
        }
        sorted(batch).forEach(id -> plan.order(new Command.Drain(id), why));
        return state;
    }

    /** The trial went well, but the load of the recent past would not fit any more. */
    private ServiceState needed(
            ServiceState state, Set<InstanceId> batch, Plan plan, int needed, int carrying) {
        Reason reason =
                new Reason(
                        "needed",
                        "the recent load needs %s, %d carry it"
                                .formatted(Text.instances(needed), carrying),
                        Map.of("needed", (double) needed));
        ServiceState next = state;
        for (InstanceId id : sorted(batch)) {
            next = rescue(next, next.find(id).orElseThrow(), plan, reason);
        }
        return next;
    }

    private ServiceState draining(
            ServiceState state, Instance instance, Plan plan, boolean allowed) {
        int inFlight = instance.inFlight().orElse(0);
        if (tick.proof().nothingInFlight(instance)) {
            int needed = Math.max(tick.sizing().strict(), tick.sizing().in());
            int carrying = state.count(Instance::isHealthyServing) + rescued(plan);
            boolean missed = needed > carrying && !instance.is(Mark.RETIRING);
            if (missed && state.ordered().isEmpty()) {
                return needed(state, Set.of(instance.id()), plan, needed, carrying);
            }
            if (sessionsHaveJustMoved(state, instance)) {
                plan.hold(moved(instance));
                return state;
            }
            if (allowed) {
                plan.order(
                        new Command.Stop(instance.id(), false),
                        new Reason(
                                "drained",
                                "every data plane has confirmed, and nothing is in flight",
                                Map.of("in_flight", 0.0)));
            }
            return state;
        }
        boolean late = tick.now().isPast(instance.sinceNanos(), tick.policy().drain().deadline());
        Reason reason =
                new Reason(
                        late ? "drain_deadline" : "draining",
                        "%s has %d requests in flight".formatted(instance.id(), inFlight),
                        Map.of("in_flight", (double) inFlight));
        if (!late) {
            plan.hold(new Hold(reason, "their end, or the drain deadline"));
            return state;
        }
        Policy.AtDeadline then = tick.policy().drain().then();
        boolean leaves = instance.is(Mark.RETIRING) && then == Policy.AtDeadline.RESCUE;
        return switch (leaves ? Policy.AtDeadline.HOLD : then) {
            case HOLD -> {
                plan.hold(new Hold(reason, "their end, or ebb rescue"));
                yield state;
            }
            case RESCUE -> rescue(state, instance, plan, reason);
            case CUT -> {
                if (allowed) {
                    plan.order(new Command.Stop(instance.id(), true), reason);
                }
                yield state;
            }
        };
    }

    /**
     * Whether the others have not carried its sessions for long. They stay with an instance on
     * trial, so that the trial tells nothing of them: only from the drain on are they elsewhere,
     * and as long as it has not been stopped it can be taken back for them.
     */
    private boolean sessionsHaveJustMoved(ServiceState state, Instance instance) {
        return instance.sessions() > 0
                && !instance.is(Mark.RETIRING)
                && state.ordered().isEmpty()
                && !tick.now().isPast(instance.sinceNanos(), tick.policy().trial().shortest());
    }

    private Hold moved(Instance instance) {
        return new Hold(
                new Reason(
                        "moved_sessions",
                        "others have %d sessions of %s now, and are watched for a shortest trial"
                                .formatted(instance.sessions(), instance.id()),
                        Map.of("sessions", (double) instance.sessions())),
                "the end of that time, or ebb rescue");
    }

    private static int rescued(Plan plan) {
        return (int)
                plan.commands.stream().filter(p -> p.command() instanceof Command.Rescue).count();
    }

    private ServiceState rescue(ServiceState state, Instance instance, Plan plan, Reason reason) {
        plan.order(new Command.Rescue(instance.id()), reason);
        return state.withRehearsal(Optional.empty())
                .withPatience(state.patience().afterRescue(tick.now()));
    }
}
