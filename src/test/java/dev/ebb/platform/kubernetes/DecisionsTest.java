package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.JournalEntry.HealthChanged;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What of the journal is told of pods. */
class DecisionsTest {
    private static final InstanceId ONE = new InstanceId(new ServiceName("shop"), 1);

    private final Decisions decisions =
            new Decisions(new Fleet(new ServiceName("shop")), _ -> Optional.empty());

    private Optional<String> hear(Health from, Health to, String code) {
        var changed = new HealthChanged(0, ONE, from, to, Reason.of(code, "text of " + code));
        return decisions.hear(changed).map(Decisions.Decision::line);
    }

    @Test
    void ofHealthOnlyWhatDataPlanesFindIsTold() {
        assertThat(hear(Health.HEALTHY, Health.EJECTED, "pod_unready")).isEmpty();
        assertThat(hear(Health.EJECTED, Health.HEALTHY, "pod_ready")).isEmpty();
        assertThat(hear(Health.HEALTHY, Health.EJECTED, "data_planes_ejected"))
                .contains("eject a pod: text of data_planes_ejected");
        assertThat(hear(Health.EJECTED, Health.HEALTHY, "pod_ready"))
                .contains("readmit a pod: data planes pick it again");
        assertThat(hear(Health.EJECTED, Health.HEALTHY, "pod_ready")).isEmpty();
        assertThat(decisions.newest())
                .extracting(Decisions.Decision::action)
                .isEqualTo(List.of("readmit", "eject"));
    }
}
