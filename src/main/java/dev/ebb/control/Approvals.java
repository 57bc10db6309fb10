package dev.ebb.control;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.Order.Answer;
import dev.ebb.control.ServiceLoop.Origin;
import dev.ebb.core.Command;
import dev.ebb.core.Decider;
import dev.ebb.core.Decision;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Mark;
import dev.ebb.core.Now;
import dev.ebb.core.Observation;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Carries out a recommendation that a person approved, if a decision made just now still asks for
 * it. A victim is marked once it is parked: should Ebb end between the two, it is rescued.
 */
final class Approvals {
    private static final Reason APPROVED = Reason.of("approved", "an operator approved it");

    private final Ports ports;
    private final Recorder recorder;
    private final Now now;

    Approvals(Ports ports, Recorder recorder, Now now) {
        this.ports = ports;
        this.recorder = recorder;
        this.now = now;
    }

    Answer approve(ServiceLoop loop, String id) {
        String name = loop.plan.name().value();
        Policy.Mode mode = loop.plan.policy().mode();
        if (mode != Policy.Mode.RECOMMEND) {
            return new Answer.Refused(
                    "nothing of %s is to be approved: its mode is %s, not recommend"
                            .formatted(name, mode.name().toLowerCase(Locale.ROOT)));
        }
        if (loop.state.frozen()) {
            return new Answer.Refused("scaling is frozen; first: ebb thaw");
        }
        if (loop.advice.current().isEmpty()) {
            return new Answer.Refused(
                    "nothing is recommended for %s now; see: ebb explain %s".formatted(name, name));
        }
        if (!loop.advice.current().get().id().equals(id)) {
            return new Answer.Refused(
                    "the recommendation %s has changed or expired; the new one is %s, see: ebb"
                                    .formatted(id, loop.advice.current().get().id())
                            + " approve");
        }
        if (loop.advice.isOver(now)) {
            return new Answer.Refused(
                    "the recommendation %s is older than %d minutes; see: ebb approve"
                            .formatted(id, Advice.LIMIT.toMinutes()));
        }
        return approveNow(loop, id);
    }

    private Answer approveNow(ServiceLoop loop, String id) {
        Map<InstanceId, Liveness> liveness = ports.platform().look();
        List<InstanceId> ids = loop.state.instances().stream().map(Instance::id).toList();
        Observation fresh = loop.observe(now, liveness, ports.metrics().read(ids, now));
        Decision decision = Decider.decide(loop.state, fresh, loop.plan.policy());
        List<Planned> commands =
                loop.advice.approved(decision).stream().map(Approvals::withApproval).toList();
        if (commands.isEmpty()) {
            return new Answer.Refused(
                    "the recommendation %s does not hold any more; see: ebb explain %s"
                            .formatted(id, loop.plan.name()));
        }
        Map<Command, Reason> refused = loop.carryOut(commands, fresh, Origin.PERSON);
        loop.advice.withdraw();
        commands.stream()
                .map(Planned::command)
                .filter(c -> c instanceof Command.Park && !refused.containsKey(c))
                .forEach(c -> mark(loop, c.id()));
        loop.publish(now, fresh.acknowledgedGeneration());
        return answer(commands, refused);
    }

    private static Planned withApproval(Planned planned) {
        List<Reason> reasons = new ArrayList<>();
        reasons.add(APPROVED);
        reasons.addAll(planned.reasons());
        return new Planned(planned.command(), reasons);
    }

    private void mark(ServiceLoop loop, InstanceId id) {
        loop.state = loop.state.with(id, i -> i.withMark(Mark.APPROVED, true));
        recorder.record(
                new JournalEntry.Marked(now.wallMillis(), id, Mark.APPROVED, true),
                Durability.DURABLE);
    }

    private static Answer answer(List<Planned> commands, Map<Command, Reason> refused) {
        List<String> done = new ArrayList<>();
        List<String> not = new ArrayList<>();
        for (Planned planned : commands) {
            Command command = planned.command();
            if (refused.containsKey(command)) {
                not.add(Explained.command(command) + ": " + refused.get(command).text());
            } else {
                done.add(Explained.command(command));
            }
        }
        String left = not.isEmpty() ? "" : "; not carried out: " + String.join(", ", not);
        return done.isEmpty()
                ? new Answer.Refused("nothing was done" + left)
                : new Answer.Done("approved: " + String.join(", ", done) + left);
    }
}
