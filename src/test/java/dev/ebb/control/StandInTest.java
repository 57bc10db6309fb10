package dev.ebb.control;

import static dev.ebb.control.Rig.quick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Lifecycle;
import dev.ebb.core.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stood in for a data plane's acknowledgement or count is on record with the stop. */
class StandInTest {
    private static final Reason QUIET = Reason.of("stood_in_quiet", "it reports no load");

    private static List<Reason> reasonsOfTheStop(Rig rig) {
        rig.rate = 60;
        rig.untilSo(r -> !r.events("stop").isEmpty());
        return rig.journal.entries.stream()
                .filter(JournalEntry.Moved.class::isInstance)
                .map(JournalEntry.Moved.class::cast)
                .filter(moved -> moved.to() == Lifecycle.STOPPING)
                .findFirst()
                .orElseThrow()
                .reasons();
    }

    @Test
    void aStopNamesWhatItRestsOn() {
        Rig rig = new Rig(quick(2, 6, 5)).until(10);
        rig.standIns.add(QUIET);
        assertThat(reasonsOfTheStop(rig)).contains(QUIET).hasSizeGreaterThan(1);
    }

    @Test
    void aStopThatRestsOnKnowledgeNamesNone() {
        Rig rig = new Rig(quick(2, 6, 5)).until(10);
        assertThat(reasonsOfTheStop(rig)).isNotEmpty().doesNotContain(QUIET);
    }
}
