package dev.ebb.core;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Steps 3 to 5: whether and which instances to park now. As many at once as the unavailability
 * budget leaves room for. Pure.
 */
final class Removal {
    /** Parks in one tick; keeps a tick short when a fleet of thousands shrinks. */
    private static final int BATCH_MAX = 256;

    private final Tick tick;

    Removal(Tick tick) {
        this.tick = tick;
    }

    void plan(ServiceState state, Plan plan) {
        Chooser chooser = new Chooser(tick.policy(), state.ordered().isPresent(), tick.now());
        plan.ranking = chooser.rank(tick.assessment().instances());
        int serving = state.count(i -> i.isHealthyServing() && !i.is(Mark.RETIRING));
        int spare = serving - Math.max(tick.sizing().in(), floor(state));
        int strict = state.ordered().isPresent() ? 0 : tick.sizing().strict();
        int excess = Math.min(spare, serving - strict);
        if (spare > 0 && excess <= 0) {
            plan.hold(unsteady());
        }
        if (excess <= 0 || !plan.commands.isEmpty() || !plan.withheld.isEmpty()) {
            return;
        }
        List<Hold> vetoes = new Guards(tick.policy(), tick.seen()).beforePark(tick.assessment());
        if (!vetoes.isEmpty()) {
            vetoes.forEach(plan::hold);
            return;
        }
        int room = state.unavailabilityBudget(tick.policy()) - state.absent();
        if (room <= 0) {
            plan.hold(budget(state));
            return;
        }
        HourlyBudget hourly = new HourlyBudget(tick.policy(), state, tick.now());
        if (hourly.hold().isPresent()) {
            plan.hold(hourly.hold().get());
            return;
        }
        if (plan.ranking.isEmpty()) {
            plan.hold(noCandidate(state));
            return;
        }
        int most = Math.min(Math.min(excess, Math.min(room, hourly.room())), BATCH_MAX);
        choose(state, plan, Math.min(most, plan.ranking.size()));
    }

    private Hold unsteady() {
        int strict = tick.sizing().strict();
        return new Hold(
                new Reason(
                        "unsteady",
                        "the load needs %d but is so unsteady that it may soon need %d"
                                .formatted(tick.sizing().in(), strict),
                        Map.of("needed", (double) tick.sizing().in(), "may_need", (double) strict)),
                "a load that is lower, or steadier");
    }

    private int floor(ServiceState state) {
        return state.ordered().orElse(tick.policy().range().min());
    }

    private void choose(ServiceState state, Plan plan, int most) {
        Projection projection = new Projection(tick.policy(), tick.assessment().instances());
        Optional<Hold> objection = Optional.empty();
        for (int count = most; count >= 1; count = count > 8 ? count / 2 : count - 1) {
            List<Ranked> chosen = plan.ranking.subList(0, count);
            Set<InstanceId> victims = new HashSet<>();
            chosen.forEach(r -> victims.add(r.id()));
            objection =
                    state.ordered().isPresent() ? Optional.empty() : projection.objection(victims);
            if (objection.isEmpty()) {
                order(state, plan, chosen, projection.utilizationWithout(victims));
                return;
            }
        }
        objection.ifPresent(plan::hold);
    }

    private void order(ServiceState state, Plan plan, List<Ranked> chosen, double after) {
        for (Ranked one : chosen) {
            List<Reason> reasons =
                    Idleness.wantsNone(tick.policy())
                            ? List.of(Idleness.none(tick.policy()), why(plan.ranking, one))
                            : List.of(
                                    wanted(state),
                                    why(plan.ranking, one),
                                    projected(chosen.size(), after));
            Planned park = new Planned(new Command.Park(one.id()), reasons);
            (tick.withholds() ? plan.withheld : plan.commands).add(park);
        }
        if (tick.withholds()) {
            plan.hold(tick.withheld(state));
        }
    }

    private Reason wanted(ServiceState state) {
        int serving = state.count(Instance::isHealthyServing);
        Map<String, Double> numbers =
                Map.of("serving", (double) serving, "needed", (double) tick.sizing().in());
        if (state.ordered().isPresent()) {
            int ordered = state.ordered().getAsInt();
            return new Reason(
                    "ordered",
                    "%s serve, an operator ordered %d".formatted(Text.instances(serving), ordered),
                    numbers);
        }
        var fewer = new Calendar(tick.policy(), state, tick.now()).fewer(tick.sizing().in());
        if (fewer.isPresent()) {
            String text = "%s serve, %s".formatted(Text.instances(serving), fewer.get());
            return new Reason("ceiling", text, numbers);
        }
        return new Reason(
                "excess",
                "%s serve, the load has needed no more than %d for %s s"
                        .formatted(
                                Text.instances(serving),
                                tick.sizing().in(),
                                Text.number(state.waits(tick.policy()).toMillis() / 1000.0)),
                numbers);
    }

    private static Reason why(List<Ranked> ranking, Ranked chosen) {
        int place = ranking.indexOf(chosen);
        String next =
                place + 1 < ranking.size()
                        ? "; next would be %s at %s%s"
                                .formatted(
                                        ranking.get(place + 1).id(),
                                        Text.number(ranking.get(place + 1).cost()),
                                        LosingCost.difference(chosen, ranking.get(place + 1)))
                        : "";
        return new Reason(
                "cheapest",
                "it costs least to lose: " + chosen.reason().text() + next,
                chosen.reason().numbers());
    }

    private static Reason projected(int count, double after) {
        return new Reason(
                "projected",
                "without %s the others would be %s used"
                        .formatted(count == 1 ? "it" : "these " + count, Text.percent(after)),
                Map.of("utilization", after));
    }

    private Hold budget(ServiceState state) {
        return new Hold(
                new Reason(
                        "budget",
                        "%s absent, %d may be"
                                .formatted(
                                        Text.instances(state.absent()),
                                        state.unavailabilityBudget(tick.policy())),
                        Map.of(
                                "absent", (double) state.absent(),
                                "budget", (double) state.unavailabilityBudget(tick.policy()))),
                "one of them back, or gone");
    }

    private Hold noCandidate(ServiceState state) {
        if (state.ordered().isPresent()) {
            return new Hold(
                    Reason.of("no_candidate", "every healthy instance with data is protected"),
                    "ebb protect --off, or fresh data");
        }
        return new Hold(
                new Reason(
                        "no_candidate",
                        "no healthy, unprotected instance is less than %s used"
                                .formatted(Text.percent(tick.policy().in().candidateBelow())),
                        Map.of("limit", tick.policy().in().candidateBelow())),
                "an instance with low utilization");
    }
}
