package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Terms;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sizing by risk, by the real decider on virtual time. */
class ObjectiveTest {
    private static final double CORES = 5;

    private static Policy policy(Optional<Policy.Objective> objective) {
        Policy p = Fleet.quick(2, 20);
        double usable = objective.isPresent() ? Policy.Objective.USABLE : p.targets().cpu();
        return new Policy(
                p.mode(),
                p.range(),
                new Policy.Targets(usable, usable, 0.9, 0.99),
                new Policy.Out(p.out().window(), 0),
                new Policy.In(
                        p.in().window(),
                        p.in().stabilization(),
                        usable,
                        p.in().coverage(),
                        p.in().freshness(),
                        p.in().unavailabilityBudget(),
                        p.in().hostBusy()),
                p.trial(),
                p.drain(),
                p.start(),
                objective);
    }

    private static Fleet after(double seconds, Optional<Policy.Objective> objective) {
        Fleet fleet = new Fleet(policy(objective), 12);
        fleet.rate = CORES / fleet.cpuSecondsPerRequest;
        return fleet.until(seconds);
    }

    @Test
    void calmLoadIsWorthLessHeadroomThanATargetGives() {
        Fleet byTarget = after(3600, Optional.empty());
        Fleet byRisk = after(3600, Optional.of(Policy.Objective.DEFAULT));

        assertThat(byTarget.serving()).isEqualTo(9);
        assertThat(byRisk.serving()).isBetween(7, 8);
    }

    @Test
    void explanationSaysWhatIsExpectedAndAtWhatRisk() {
        Fleet fleet = after(600, Optional.of(Policy.Objective.DEFAULT));

        Need need =
                fleet.last.explanation().needs().stream()
                        .filter(n -> n.source().equals("cpu_forecast"))
                        .findFirst()
                        .orElseThrow();
        assertThat(need.reason().text()).contains("expected within").contains("risk");
        assertThat(need.reason().numbers()).containsKeys("expected", "spread", "risk", "price");
    }

    @Test
    void riseIsMetAtOnce() {
        Fleet fleet = after(1800, Optional.of(Policy.Objective.DEFAULT));
        fleet.rate = 2 * CORES / fleet.cpuSecondsPerRequest;
        double risen = fleet.seconds;
        fleet.untilSo(f -> f.serving() >= 13);

        assertThat(fleet.seconds - risen).isLessThan(15);
    }

    @Test
    void missingDataTeachNothingAndRemoveNothing() {
        Fleet fleet = after(1800, Optional.of(Policy.Objective.DEFAULT));
        int serving = fleet.serving();
        fleet.state.instances().forEach(i -> fleet.silent.add(i.id()));
        Forecasts before = fleet.until(fleet.seconds + 10).state.load().forecasts();
        fleet.until(fleet.seconds + 120);

        assertThat(fleet.state.load().forecasts()).isEqualTo(before);
        assertThat(fleet.serving()).isGreaterThanOrEqualTo(serving);
    }

    @Test
    void knownTroughShortensTheStabilizationWindowAndNothingElseDoes() {
        Fleet byRisk = after(60, Optional.of(Policy.Objective.DEFAULT));
        Policy policy = policy(Optional.of(Policy.Objective.DEFAULT));
        ServiceState usual = byRisk.state;
        ServiceState trough = usual.withLoad(usual.load().withForecasts(inTrough()));
        ServiceState rescued = trough.withPatience(new Patience(1, 0, 0, java.util.List.of()));

        assertThat(usual.waits(policy)).isEqualTo(policy.in().stabilization());
        assertThat(trough.waits(policy)).isEqualTo(policy.in().window());
        assertThat(trough.waits(policy(Optional.empty()))).isEqualTo(policy.in().stabilization());
        assertThat(rescued.waits(policy)).isGreaterThan(policy.in().stabilization());
    }

    /** What is known on the sixth evening at which the load falls by two thirds. */
    private static Forecasts inTrough() {
        Terms terms = new Terms(60, 60, 5, 0.9, 1, 100, Terms.DEFAULT_CAUTION);
        Outlook outlook = Outlook.fresh(terms);
        long evening = (5 * 24 + 20) * 3600;
        for (long second = 0; second < evening + 120; second += 30) {
            boolean day = second % 86_400 >= 8 * 3600 && second % 86_400 < 20 * 3600;
            double mean = day ? 30 : 10;
            outlook =
                    outlook.after(
                            new Now(second * 1_000_000_000L, second * 1000),
                            mean + 0.01 * (second % 7));
        }
        return new Forecasts(
                Optional.of(outlook), Optional.empty(), Optional.empty(), 0, Optional.empty());
    }
}
