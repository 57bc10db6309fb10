package dev.ebb.sim.lab;

import dev.ebb.core.Need;
import dev.ebb.core.Policy;
import dev.ebb.core.QueuePoint;
import dev.ebb.core.QueueSizing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Another policy that also asks for what waits and is refused, by the very rule that does so live.
 * Where load is a fluid nothing waits, and it changes nothing. For one thread.
 */
public final class QueueScaler implements Autoscaler {
    private final Autoscaler inner;
    private final Policy policy;
    private final QueueSizing sizing;
    private final Deque<Integer> needs = new ArrayDeque<>();
    private final Deque<Double> finished = new ArrayDeque<>();
    private final double step;
    private double settledAt;
    private Optional<String> why = Optional.empty();

    private QueueScaler(Autoscaler inner, Policy policy, FleetModel model) {
        this.inner = inner;
        this.policy = policy;
        this.sizing = new QueueSizing(policy);
        this.step = model.step();
    }

    /** The contender with a queue before its instances. */
    public static Contender over(Contender contender, Policy policy) {
        return Contender.over(contender, (inner, model) -> new QueueScaler(inner, policy, model));
    }

    @Override
    public int decide(Signals signals) {
        int asked = inner.decide(signals);
        why = Optional.empty();
        if (signals.queue().isEmpty()) {
            return asked;
        }
        Optional<Need> need = see(signals, signals.queue().get());
        needs.addLast(need.map(Need::in).orElse(0));
        while (needs.size() * step > policy.in().stabilization().toMillis() / 1000.0 + step) {
            needs.removeFirst();
        }
        int out = need.map(Need::out).orElse(0);
        int in = needs.stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = Math.max(out, Math.min(in, signals.wanted()));
        if (least > asked) {
            need.ifPresent(n -> why = Optional.of(n.reason().text()));
        }
        return Math.max(asked, least);
    }

    private Optional<Need> see(Signals signals, QueueSight sight) {
        finished.addFirst(sight.finished());
        double window = policy.out().window().toMillis() / 1000.0;
        while (finished.size() > 1 && (finished.size() - 1) * step > window) {
            finished.removeLast();
        }
        if (signals.starting() > 0) {
            settledAt = signals.now() + step;
        }
        var point =
                new QueuePoint(
                        Math.round(signals.now() * 1e9),
                        sight.carrying(),
                        sight.working(),
                        sight.waiting(),
                        sight.refusedTotal());
        double rate = finished.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        return sizing.see(point, signals.now() - settledAt >= window, rate);
    }

    @Override
    public String reason() {
        return why.map(w -> inner.reason() + "; " + w).orElseGet(inner::reason);
    }
}
