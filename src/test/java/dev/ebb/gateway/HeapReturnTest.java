package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When heap is given back: after a load, and not during one. */
class HeapReturnTest {
    private long now;
    private long requests;
    private int collections;
    private final HeapReturn heap = new HeapReturn(() -> requests, () -> collections++, 0);

    /** So many seconds with so many requests in each. */
    private void seconds(int count, long perSecond) {
        for (int tick = 0; tick < count * 10; tick++) {
            now += GatewayLoop.TICK.toNanos();
            requests += tick % 10 == 0 ? perSecond : 0;
            heap.tick(now);
        }
    }

    @Test
    void onceALoadIsOver() {
        seconds(60, 1000);
        assertThat(collections).isZero();
        seconds(9, 0);
        assertThat(collections).isZero();
        seconds(6, 1);
        assertThat(collections).isOne();
        seconds(600, 2);
        assertThat(collections).as("nothing more to gain").isOne();
        seconds(60, 1000);
        seconds(15, 0);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void neverUnderASteadyLoad() {
        seconds(10_000, 5);
        assertThat(collections).isZero();
    }

    @Test
    void neverForAHandfulOfRequests() {
        seconds(60, 100);
        seconds(600, 0);
        assertThat(collections).isZero();
    }

    @Test
    void aPauseIsNoEnd() {
        for (int i = 0; i < 20; i++) {
            seconds(5, 1000);
            seconds(8, 0);
        }
        assertThat(collections).isZero();
    }
}
