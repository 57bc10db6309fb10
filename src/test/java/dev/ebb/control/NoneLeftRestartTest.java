package dev.ebb.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Arrivals;
import dev.ebb.core.Policy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A service that may have no instances, and has none when Ebb ends. */
class NoneLeftRestartTest {
    private static final int INITIAL = 2;

    /** Idle until the last instance was let go. */
    private static Rig none() {
        Policy quick = Rig.quick(0, 4, INITIAL);
        Policy policy = quick.withIn(quick.in().withIdle(Duration.ofSeconds(20)));
        Rig rig = new Rig(policy);
        rig.arrivals = Optional.of(new Arrivals(0, 0));
        return rig.untilSo(r -> r.events("stop").size() == INITIAL).passes(5);
    }

    @Test
    void aCrashStartsNothing() {
        Rig rig = none().crash().passes(60);

        assertThat(rig.events("start")).hasSize(INITIAL);
    }

    @Test
    void norDoesOneInALaterLife() {
        Rig rig = none().crash().passes(3).crash().passes(60);

        assertThat(rig.events("start")).hasSize(INITIAL);
    }

    @Test
    void afterAnEndInOrderEverythingBeginsAnew() {
        Rig rig = none();
        while (!rig.ebb.shutdown(rig.now(), false)) {
            rig.seconds++;
        }

        rig.crash().passes(3);

        assertThat(rig.events("start")).hasSize(2 * INITIAL);
    }

    @Test
    void alsoWhenTheNewLifeIsCutShortBeforeItsFirstStart() {
        Rig rig = none();
        while (!rig.ebb.shutdown(rig.now(), false)) {
            rig.seconds++;
        }

        // Each life begins with a checkpoint, in which the end before it is not.
        rig.crash().crash().crash().passes(3);

        assertThat(rig.events("start")).hasSize(2 * INITIAL);
    }
}
