package dev.ebb.control;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.Order.Answer;
import dev.ebb.control.ServiceLoop.Origin;
import dev.ebb.core.Command;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Mark;
import dev.ebb.core.Now;
import dev.ebb.core.Observation;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;

/** Carries out what a person orders, after the checks that bind persons, too. */
final class Orders {
    private static final Reason ORDERED = Reason.of("ordered", "an operator ordered it");

    private final Controller controller;
    private final Ports ports;
    private final Recorder recorder;
    private final Now now;
    private final Approvals approvals;

    Orders(Controller controller, Ports ports, Recorder recorder, Now now) {
        this.controller = controller;
        this.ports = ports;
        this.recorder = recorder;
        this.now = now;
        this.approvals = new Approvals(ports, recorder, now);
    }

    Answer carryOut(Order order) {
        return switch (order) {
            case Order.Scale scale -> scale(scale);
            case Order.Park(InstanceId id, boolean force) -> park(id, force);
            case Order.Rescue(InstanceId id) -> rescue(id);
            case Order.Restart(InstanceId id) -> restart(id);
            case Order.Protect(InstanceId id, boolean on) -> protect(id, on);
            case Order.Freeze(Optional<ServiceName> service, boolean on) -> freeze(service, on);
            case Order.Approve(ServiceName service, String recommendation) ->
                    loop(service)
                            .map(loop -> approvals.approve(loop, recommendation))
                            .orElse(noService(service));
        };
    }

    private Answer scale(Order.Scale scale) {
        Optional<ServiceLoop> found = loop(scale.service());
        if (found.isEmpty()) {
            return noService(scale.service());
        }
        ServiceLoop loop = found.get();
        OptionalInt wanted = scale.replicas();
        if (wanted.isPresent() && !scale.force()) {
            Optional<String> objection = objection(loop, wanted.getAsInt());
            if (objection.isPresent()) {
                return new Answer.Refused(objection.get());
            }
        }
        if (wanted.isPresent() && wanted.getAsInt() < 1) {
            return new Answer.Refused("a service keeps at least 1 instance");
        }
        loop.state = loop.state.withOrdered(wanted);
        recorder.record(
                new JournalEntry.Ordered(now.wallMillis(), scale.service(), wanted),
                Durability.DURABLE);
        return new Answer.Done(
                wanted.isPresent()
                        ? "%s is fixed at %d until: ebb scale %s auto%s"
                                .formatted(
                                        scale.service(),
                                        wanted.getAsInt(),
                                        scale.service(),
                                        butNotYet(loop))
                        : scale.service() + " follows its load again" + butNotYet(loop));
    }

    /** What keeps an order of a size from having any effect for now. */
    private static String butNotYet(ServiceLoop loop) {
        if (loop.plan.policy().mode() == Policy.Mode.OBSERVE) {
            return "; nothing follows as long as the mode is observe";
        }
        if (loop.state.frozen()) {
            return "; nothing follows before: ebb thaw";
        }
        return loop.plan.policy().mode() == Policy.Mode.RECOMMEND
                ? "; each step waits for: ebb approve " + loop.plan.name()
                : "";
    }

    private static Optional<String> objection(ServiceLoop loop, int wanted) {
        Policy.Range range = loop.plan.policy().range();
        if (wanted < range.min() || wanted > range.max()) {
            return Optional.of(
                    "%d is outside of %d..%d; change the range, or use --force"
                            .formatted(wanted, range.min(), range.max()));
        }
        int needed =
                loop.explanation().needs().stream()
                        .filter(n -> !n.source().equals("ordered"))
                        .mapToInt(n -> n.out())
                        .max()
                        .orElse(1);
        return wanted < Math.min(needed, range.max())
                ? Optional.of(
                        "the load needs %d instances now, %d would lose requests; use --force"
                                        .formatted(needed, wanted)
                                + " if you mean it")
                : Optional.empty();
    }

    private Answer park(InstanceId id, boolean force) {
        return withInstance(
                id,
                (loop, instance) -> {
                    if (instance.is(Mark.HELD_OUT)) {
                        return new Answer.Done(id + " is parked already");
                    }
                    if (instance.is(Mark.RETIRING)) {
                        return new Answer.Refused(
                                "%s is being restarted; to keep it: ebb rescue %s"
                                        .formatted(id, id));
                    }
                    if (instance.lifecycle().canBeRescued()) {
                        mark(loop, id, Mark.HELD_OUT, true);
                        return new Answer.Done(id + " stays parked until: ebb rescue " + id);
                    }
                    Origin by = force ? Origin.FORCED : Origin.PERSON;
                    Optional<Reason> refused = command(loop, new Command.Park(id), by);
                    if (refused.isPresent()) {
                        String hint = force ? "" : "; use --force if you mean it";
                        return new Answer.Refused(
                                id + " is not parked: " + refused.get().text() + hint);
                    }
                    mark(loop, id, Mark.HELD_OUT, true);
                    return new Answer.Done(id + " is parked until: ebb rescue " + id);
                });
    }

    private Answer rescue(InstanceId id) {
        return withInstance(
                id,
                (loop, instance) -> {
                    boolean restarting = instance.is(Mark.RETIRING);
                    boolean parked = instance.lifecycle().canBeRescued();
                    if (!parked && !(restarting && instance.lifecycle().inRotation())) {
                        return new Answer.Refused(
                                "%s is %s, there is nothing to rescue"
                                        .formatted(id, instance.lifecycle()));
                    }
                    mark(loop, id, Mark.RETIRING, false);
                    mark(loop, id, Mark.HELD_OUT, false);
                    if (!parked) {
                        return new Answer.Done(id + " stays; its restart is called off");
                    }
                    Optional<Reason> refused = command(loop, new Command.Rescue(id), Origin.FORCED);
                    loop.state = loop.state.withPatience(loop.state.patience().afterRescue(now));
                    return refused.<Answer>map(r -> new Answer.Refused(r.text()))
                            .orElse(new Answer.Done(id + " is back in rotation"));
                });
    }

    private Answer restart(InstanceId id) {
        return withInstance(
                id,
                (loop, instance) -> {
                    if (instance.lifecycle() != Lifecycle.SERVING) {
                        return new Answer.Refused(
                                "%s is %s; only a serving instance can be restarted"
                                        .formatted(id, instance.lifecycle()));
                    }
                    mark(loop, id, Mark.RETIRING, true);
                    return new Answer.Done(
                            id + " leaves as soon as its stand-in serves; see: ebb status");
                });
    }

    private Answer protect(InstanceId id, boolean on) {
        return withInstance(
                id,
                (loop, _) -> {
                    mark(loop, id, Mark.PROTECTED, on);
                    return new Answer.Done(
                            on ? id + " is never chosen" : id + " may be chosen again");
                });
    }

    private Answer freeze(Optional<ServiceName> service, boolean on) {
        if (service.isPresent()) {
            Optional<ServiceLoop> loop = loop(service.get());
            if (loop.isEmpty()) {
                return noService(service.get());
            }
            if (!on && controller.frozen()) {
                return new Answer.Refused("all scaling is frozen; first: ebb thaw");
            }
            loop.get().state = loop.get().state.withFrozen(on);
        } else {
            controller.freezeAll(on);
        }
        recorder.record(new JournalEntry.Frozen(now.wallMillis(), service, on), Durability.DURABLE);
        String what = service.map(ServiceName::value).orElse("every service");
        return new Answer.Done(
                on
                        ? what + " keeps its size; failover and rescue go on"
                        : what + " follows its load again");
    }

    private Optional<Reason> command(ServiceLoop loop, Command command, Origin by) {
        List<Planned> one = List.of(new Planned(command, List.of(ORDERED)));
        return Optional.ofNullable(carryOut(loop, one, by).get(command));
    }

    private Map<Command, Reason> carryOut(ServiceLoop loop, List<Planned> planned, Origin by) {
        Map<InstanceId, Liveness> liveness = ports.platform().look();
        List<InstanceId> ids = loop.state.instances().stream().map(Instance::id).toList();
        Observation fresh = loop.observe(now, liveness, ports.metrics().read(ids, now));
        Map<Command, Reason> refused = loop.carryOut(planned, fresh, by);
        loop.publish(now, fresh.acknowledgedGeneration());
        return refused;
    }

    /** Whoever can still be rescued is, and no person has ordered it. */
    void takeBack(ServiceLoop loop, Reason why) {
        List<Planned> rescues =
                loop.state.instances().stream()
                        .filter(i -> i.lifecycle().canBeRescued())
                        .map(i -> new Planned(new Command.Rescue(i.id()), List.of(why)))
                        .toList();
        if (!rescues.isEmpty()) {
            var _ = carryOut(loop, rescues, Origin.EBB);
        }
    }

    private void mark(ServiceLoop loop, InstanceId id, Mark mark, boolean set) {
        if (loop.state.find(id).filter(i -> i.is(mark) != set).isEmpty()) {
            return;
        }
        loop.state = loop.state.with(id, i -> i.withMark(mark, set));
        recorder.record(
                new JournalEntry.Marked(now.wallMillis(), id, mark, set), Durability.DURABLE);
    }

    private Answer withInstance(InstanceId id, BiFunction<ServiceLoop, Instance, Answer> action) {
        Optional<ServiceLoop> loop = loop(id.service());
        if (loop.isEmpty()) {
            return noService(id.service());
        }
        Optional<Instance> instance = loop.get().state.find(id);
        return instance.isEmpty()
                ? new Answer.Refused("there is no instance " + id + "; see: ebb status")
                : action.apply(loop.get(), instance.get());
    }

    private Optional<ServiceLoop> loop(ServiceName name) {
        return controller.loops().stream().filter(l -> l.plan.name().equals(name)).findFirst();
    }

    private static Answer noService(ServiceName name) {
        return new Answer.Refused("there is no service " + name + "; see: ebb status");
    }
}
