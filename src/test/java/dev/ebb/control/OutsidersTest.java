package dev.ebb.control;

import static dev.ebb.control.Rig.id;
import static dev.ebb.control.Rig.quick;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who goes by others' hands is not owed, not even in the tick in which that is noticed. */
class OutsidersTest {

    @Test
    void nobodyIsStartedForWhomOthersTookAway() {
        Rig rig = new Rig(quick(1, 6, 3));
        rig.rate = 60;
        rig.until(10);

        rig.takenByOthers.add(id(2));
        rig.passes(5);

        assertThat(rig.find(2)).isEmpty();
        assertThat(rig.serving()).isEqualTo(2);
        assertThat(rig.events("start")).hasSize(3);
    }

    @Test
    void somebodyIsStartedForWhoDied() {
        Rig rig = new Rig(quick(1, 6, 3));
        rig.rate = 60;
        rig.until(10);

        rig.dies(2);
        rig.passes(5);

        assertThat(rig.events("start")).hasSize(4);
    }
}
