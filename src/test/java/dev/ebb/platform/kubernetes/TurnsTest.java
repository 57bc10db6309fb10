package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is decided on within a tick. A turn takes as long as it is said to; a tick is 1 s. */
class TurnsTest {
    private long nanos = 7;
    private long turnMillis = 10;
    private final List<String> had = new ArrayList<>();
    private final Turns<String> turns = new Turns<>(Duration.ofSeconds(1), () -> nanos);

    /** One tick, at the next whole second; who had a turn, in this order. */
    private Turns.Figures tick(List<String> all, Set<String> pressing) {
        long begun = (nanos / 1_000_000_000L + 1) * 1_000_000_000L;
        nanos = begun;
        had.clear();
        return turns.take(
                all,
                begun,
                pressing::contains,
                one -> {
                    had.add(one);
                    nanos += turnMillis * 1_000_000;
                });
    }

    @Test
    void areEverybodysWhereTheTickIsLongEnough() {
        Turns.Figures figures = tick(List.of("a", "b", "c"), Set.of());

        assertThat(had).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(figures).isEqualTo(new Turns.Figures(0, 0, 0));
    }

    @Test
    void areSpreadOverTicksWhereOneIsTooShort() {
        turnMillis = 300;
        List<String> all = List.of("a", "b", "c", "d", "e");

        // At 900 ms the tick has no room for a fourth.
        assertThat(tick(all, Set.of()).waiting()).isEqualTo(2);
        assertThat(had).containsExactly("a", "b", "c");
        Turns.Figures second = tick(all, Set.of());
        assertThat(had).containsExactly("d", "e", "a");
        // b had its turn at 600 ms of the first tick, and the second one ends at 1900 ms.
        assertThat(second).isEqualTo(new Turns.Figures(2, 1_300_000_000L, 2));
        tick(all, Set.of());
        assertThat(had).containsExactly("b", "c", "d");
    }

    @Test
    void comeFirstToThoseWithWhomSomethingIsUnderWay() {
        turnMillis = 300;
        List<String> all = List.of("a", "b", "c", "d", "e");
        tick(all, Set.of());

        tick(all, Set.of("c"));
        assertThat(had).containsExactly("c", "d", "e");
        tick(all, Set.of("c"));
        assertThat(had).containsExactly("c", "a", "b");
    }

    @Test
    void neverFailToComeToOthersHoweverMuchIsUnderWay() {
        turnMillis = 2_000;
        List<String> all = List.of("a", "b", "c", "d");
        Set<String> pressing = Set.of("a", "b", "c");

        tick(all, pressing);
        assertThat(had).containsExactly("a", "b");
        tick(all, pressing);
        assertThat(had).containsExactly("c", "d");
        tick(all, pressing);
        assertThat(had).containsExactly("a", "b");
    }

    @Test
    void areForgottenWithWhoIsGone() {
        turnMillis = 500;
        tick(List.of("a", "b", "c"), Set.of());
        assertThat(had).containsExactly("a", "b");

        assertThat(tick(List.of("a"), Set.of()).waiting()).isZero();
        assertThat(had).containsExactly("a");
    }
}
