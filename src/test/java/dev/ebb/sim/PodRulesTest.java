package dev.ebb.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Ports;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What others have put beside a workload, as the Kubernetes driver asks it. */
class PodRulesTest {
    private static final double SECONDS = 400;

    @Test
    void aBudgetKeepsPodsInRotationAlthoughControlParksThem() {
        Outcome outcome = run(PodRulesTest::unheard, Fault.Kind.BUDGET_MADE);

        assertThat(outcome.violations()).isEmpty();
        assertThat(lines(outcome, "-> PARKING")).isNotEmpty();
        assertThat(lines(outcome, "-> STOPPING")).isEmpty();
    }

    @Test
    void besideAnotherAutoscalerNothingIsScaledInAlthoughControlWantsTo() {
        Outcome outcome = run(PodRulesTest::unheard, Fault.Kind.AUTOSCALER_MADE);

        assertThat(outcome.violations()).isEmpty();
        assertThat(lines(outcome, "-> PARKING")).isNotEmpty();
        assertThat(lines(outcome, "-> STOPPING")).isEmpty();
    }

    @Test
    void controlHearsOfBothAndParksNobody() {
        for (var rule : List.of(Fault.Kind.BUDGET_MADE, Fault.Kind.AUTOSCALER_MADE)) {
            Outcome outcome = run(UnaryOperator.identity(), rule);

            assertThat(outcome.violations()).isEmpty();
            assertThat(lines(outcome, "-> PARKING")).as("%s", rule).isEmpty();
        }
    }

    private static List<String> lines(Outcome outcome, String part) {
        return outcome.timeline().stream().filter(line -> line.contains(part)).toList();
    }

    /** From well before the load falls to the end; a budget wants all pods healthy. */
    private static Outcome run(UnaryOperator<Ports> tamper, Fault.Kind kind) {
        Scenario made = Worlds.with(new Fault(kind, 30, SECONDS, 0, 1));
        var scenario =
                new Scenario(
                        made.seed(),
                        made.weather(),
                        SECONDS,
                        made.parts(),
                        made.faults(),
                        made.loops(),
                        made.slowSteps(),
                        made.ending());
        return new Simulation(
                        Drivers.KUBERNETES,
                        scenario,
                        RealControl::new,
                        tamper,
                        UnaryOperator.identity())
                .run();
    }

    /** Control is told of no hold, so that the last look is all there is. */
    private static Ports unheard(Ports ports) {
        EndpointSink inner = ports.sink();
        var deaf =
                new EndpointSink() {
                    @Override
                    public void publish(EndpointSnapshot snapshot) {
                        inner.publish(snapshot);
                    }

                    @Override
                    public Report report(ServiceName service, Now now) {
                        return inner.report(service, now);
                    }
                };
        return new Ports(
                ports.platform(),
                deaf,
                ports.metrics(),
                ports.journal(),
                ports.queries(),
                ports.peers());
    }
}
