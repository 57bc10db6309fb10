package dev.ebb.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.ServiceName;
import dev.ebb.demo.DemoScenario.Deed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The play on virtual time, with an Ebb that does as the test says. */
class DemoScenarioTest {
    private static final ServiceName HELLO = new ServiceName("hello");
    private static final DemoSettings SETTINGS = new DemoSettings(5, 300, 1, 2.25, 60);

    private final DemoScenario scenario = new DemoScenario(Duration.ofSeconds(60), SETTINGS, 0.6);
    private final Map<InstanceId, Lifecycle> fleet = new TreeMap<>();
    private final List<Deed> deeds = new ArrayList<>();
    private double now;
    private int stops;
    private int rescues;
    private int replacements;
    private OptionalDouble used = OptionalDouble.of(0.48);

    @Test
    void playsToTheEndWhenAllGoesWell() {
        all(Lifecycle.STARTING);
        until(2);
        assertThat(deeds).isEmpty();

        all(Lifecycle.SERVING);
        until(2.1);
        assertThat(deeds).contains(load(300, 2));
        assertThat(deeds).doesNotContain(new Deed.HandOver());
        until(6.2);
        assertThat(deeds).containsOnlyOnce(new Deed.HandOver());

        until(8.2);
        assertThat(deeds).contains(new Deed.Tell("load falls"));
        assertThat(lastLoad()).isEqualTo(80);

        set(5, Lifecycle.PARKED);
        set(4, Lifecycle.PARKED);
        until(13);
        stop(5);
        stop(4);
        until(15);
        assertThat(lastLoad()).isEqualTo(80);

        set(3, Lifecycle.PARKED);
        until(15.2);
        assertThat(deeds).contains(new Deed.Tell("load returns now, while hello-3 is parked"));
        assertThat(lastLoad()).isEqualTo(180);

        set(3, Lifecycle.SERVING);
        rescues++;
        until(19);
        assertThat(killed()).isEmpty();
        until(19.5);
        assertThat(killed()).hasSize(1).doesNotContain(new InstanceId(HELLO, 3));

        fleet.put(killed().getFirst(), Lifecycle.FAILED);
        replacements++;
        set(6, Lifecycle.STARTING);
        until(21);
        set(6, Lifecycle.SERVING);
        until(23.9);
        assertThat(lastLoad()).isEqualTo(180);
        until(24.3);
        assertThat(lastLoad()).isEqualTo(80);

        until(59.9);
        assertThat(scenario.isOver()).isFalse();
        until(60.1);
        assertThat(scenario.isOver()).isTrue();
        assertThat(scenario.missed()).isEmpty();
    }

    @Test
    void endsWhenInstancesDoNotComeUp() {
        set(1, Lifecycle.SERVING);
        until(31);
        assertThat(scenario.isOver()).isTrue();
        assertThat(scenario.missed()).singleElement().asString().contains("only 1 of 5");
        assertThat(deeds).noneMatch(deed -> deed instanceof Deed.Load);
    }

    @Test
    void lowersTheLoadFurtherWhileNothingIsLetGo() {
        all(Lifecycle.SERVING);
        until(15);
        assertThat(lastLoad()).isEqualTo(80);
        until(17);
        assertThat(lastLoad()).isEqualTo(64);
        until(35);
        assertThat(lastLoad()).isBetween(30.0, 50.0);
    }

    @Test
    void raisesTheLoadFurtherUntilTheRescue() {
        toReturn();
        assertThat(lastLoad()).isEqualTo(180);
        until(now + 1.5);
        assertThat(lastLoad()).isEqualTo(216);
        until(now + 5);
        assertThat(lastLoad()).isEqualTo(300);
        set(3, Lifecycle.SERVING);
        rescues++;
        until(now + 0.2);
        assertThat(lastLoad()).as("not more than Ebb has asked for").isEqualTo(300);
        until(60);
        assertThat(scenario.missed()).noneMatch(what -> what.contains("rescue"));
    }

    @Test
    void takesBackWhatCameAfterTheRescueWasDue() {
        toReturn();
        until(now + 2.3);
        assertThat(lastLoad()).isEqualTo(259);
        set(3, Lifecycle.SERVING);
        rescues++;
        until(now + 0.2);
        assertThat(lastLoad()).isEqualTo(180);
    }

    @Test
    void triesAgainWhenTheParkedOneWasStoppedJustThen() {
        toReturn();
        stop(3);
        until(now + 0.2);
        assertThat(deeds).contains(new Deed.Tell("it was stopped first; load goes on rising"));
        until(now + 4);
        assertThat(lastLoad()).isGreaterThan(200);

        set(6, Lifecycle.SERVING);
        until(now + 0.5);
        assertThat(deeds).contains(new Deed.Tell("load falls once more"));
        assertThat(lastLoad()).isEqualTo(80);

        set(6, Lifecycle.PARKED);
        until(now + 0.5);
        assertThat(lastLoad()).isEqualTo(180);
        set(6, Lifecycle.SERVING);
        rescues++;
        until(60);
        assertThat(scenario.missed()).noneMatch(what -> what.contains("rescue"));
    }

    private void toReturn() {
        all(Lifecycle.SERVING);
        until(9);
        stop(5);
        stop(4);
        set(3, Lifecycle.PARKED);
        until(9.2);
    }

    @Test
    void saysSoWhenNothingIsLetGo() {
        all(Lifecycle.SERVING);
        until(100);
        assertThat(scenario.isOver()).isTrue();
        assertThat(scenario.missed())
                .anyMatch(what -> what.contains("no instance was stopped"))
                .anyMatch(what -> what.contains("not replaced in time"));
    }

    @Test
    void neverKillsTheLastOne() {
        all(Lifecycle.SERVING);
        until(9);
        stop(5);
        stop(4);
        stop(3);
        set(2, Lifecycle.PARKED);
        until(100);
        assertThat(killed()).isEmpty();
        assertThat(scenario.missed()).anyMatch(what -> what.contains("too few were serving"));
    }

    @Test
    void fitsTheLoadToWhatAnInstanceCarries() {
        // 64 requests/s at 72 % of what it may use are 53 at the target of 60 %.
        used = OptionalDouble.of(0.72);
        all(Lifecycle.SERVING);
        until(11);
        assertThat(lastLoad()).isEqualTo(53);
    }

    @Test
    void assumesTheUsualWhereNothingCanBeMeasured() {
        used = OptionalDouble.empty();
        all(Lifecycle.SERVING);
        until(11);
        assertThat(lastLoad()).isEqualTo(60);
    }

    private void until(double seconds) {
        double end = seconds;
        for (; now < end; now += 0.1) {
            deeds.addAll(scenario.step(sight()));
        }
    }

    private DemoScenario.Sight sight() {
        var seen = new ArrayList<DemoScenario.Seen>();
        fleet.forEach((id, lifecycle) ->
                seen.add(new DemoScenario.Seen(id, lifecycle, Health.HEALTHY, 64, used)));
        var at = Duration.ofMillis(Math.round(now * 1_000));
        return new DemoScenario.Sight(at, seen, stops, rescues, replacements);
    }

    private void all(Lifecycle lifecycle) {
        for (int i = 1; i <= 5; i++) {
            set(i, lifecycle);
        }
    }

    private void set(int ordinal, Lifecycle lifecycle) {
        fleet.put(new InstanceId(HELLO, ordinal), lifecycle);
    }

    private void stop(int ordinal) {
        set(ordinal, Lifecycle.GONE);
        stops++;
    }

    private static Deed load(double perSecond, long seconds) {
        return new Deed.Load(perSecond, Duration.ofSeconds(seconds));
    }

    private double lastLoad() {
        return deeds.stream()
                .filter(Deed.Load.class::isInstance)
                .map(deed -> ((Deed.Load) deed).perSecond())
                .reduce(0.0, (a, b) -> b);
    }

    private List<InstanceId> killed() {
        return deeds.stream()
                .filter(Deed.Kill.class::isInstance)
                .map(deed -> ((Deed.Kill) deed).id())
                .toList();
    }
}
