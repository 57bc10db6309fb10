package dev.ebb.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Bounds;
import dev.ebb.core.NotBelow;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** One service keeps up with another one in the same control loop. */
class CallersInControlTest {
    private static final ServiceName ORDERS = new ServiceName("orders");

    private static Rig rig() {
        var rig = new Rig(Rig.quick(2, 10, 4));
        rig.rate = 0;
        rig.services = List.of(Rig.SHOP, ORDERS);
        rig.policies.put(
                ORDERS,
                Rig.quick(1, 10, 1)
                        .withBounds(new Bounds(List.of(), List.of(new NotBelow(Rig.SHOP, 0.5)))));
        rig.crash();
        return rig;
    }

    private static long standing(Rig rig, int service) {
        return rig.ebb.status().services().get(service).instances().size();
    }

    @Test
    void growsWithItAndIsLetGoAfterIt() {
        Rig rig = rig();
        rig.until(5);
        assertThat(standing(rig, 1)).isEqualTo(2);
        rig.order(new Order.Scale(Rig.SHOP, OptionalInt.of(6), false));
        rig.passes(2);
        assertThat(standing(rig, 1)).isEqualTo(3);

        rig.order(new Order.Scale(Rig.SHOP, OptionalInt.of(2), false));
        rig.untilSo(r -> standing(r, 0) == 2);
        assertThat(standing(rig, 1)).as("not before its caller").isGreaterThan(1);
        rig.untilSo(r -> standing(r, 1) == 1);
    }
}
