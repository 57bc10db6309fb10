package dev.ebb.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.control.Ports;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The real control loop over a platform with two zones, of which one has twice the instances. */
class ZonedTest {
    /** Six are begun with: four of them here, two there. */
    private static String zone(InstanceId id) {
        return id.ordinal() % 3 == 0 ? "there" : "here";
    }

    private record Zoned(Platform inner) implements Platform {
        @Override
        public Planned plan(InstanceId id, Now now) {
            return inner.plan(id, now);
        }

        @Override
        public Started start(LaunchIntent intent) {
            return inner.start(intent);
        }

        @Override
        public void stop(InstanceId id, Duration grace) {
            inner.stop(id, grace);
        }

        @Override
        public Map<InstanceId, Liveness> look() {
            return inner.look();
        }

        @Override
        public Map<InstanceId, String> adopt(Collection<Known> known) {
            return inner.adopt(known);
        }

        @Override
        public void forget(InstanceId id) {
            inner.forget(id);
        }

        @Override
        public Optional<String> zone(InstanceId id) {
            return Optional.of(ZonedTest.zone(id));
        }
    }

    private static List<JournalEntry.Moved> parks(double weight) {
        Policy policy =
                Worlds.policy()
                        .withIn(
                                Worlds.policy()
                                        .in()
                                        .withCost(
                                                new Policy.Cost(
                                                        1, 4, 2, 1, 1, 4, Optional.of(weight))));
        var parks = new ArrayList<JournalEntry.Moved>();
        UnaryOperator<Ports> zoned =
                ports ->
                        new Ports(
                                new Zoned(ports.platform()),
                                ports.sink(),
                                ports.metrics(),
                                new Listening(ports.journal(), parks),
                                ports.queries());
        Scenario falling = Worlds.of(policy, Worlds.falling(), List.of());
        assertThat(Simulation.run(falling, RealControl::new, zoned).violations()).isEmpty();
        return parks;
    }

    /** Notes what is parked. */
    private record Listening(Journal inner, List<JournalEntry.Moved> parks) implements Journal {
        @Override
        public Appended append(JournalEntry entry, Durability durability) {
            if (entry instanceof JournalEntry.Moved moved && moved.to() == Lifecycle.PARKING) {
                parks.add(moved);
            }
            return inner.append(entry, durability);
        }

        @Override
        public boolean wantsCheckpoint() {
            return inner.wantsCheckpoint();
        }

        @Override
        public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
            return inner.beginSegment(checkpoint);
        }

        @Override
        public List<JournalEntry> recover() {
            return inner.recover();
        }
    }

    @Test
    void theFullerZoneGivesAndTheRecordSaysSo() {
        List<JournalEntry.Moved> parks = parks(1000);
        assertThat(parks).hasSizeGreaterThanOrEqualTo(3);
        long here = parks.subList(0, 3).stream().filter(m -> zone(m.id()).equals("here")).count();
        assertThat(here).as("of four and two, two go from the four").isBetween(2L, 3L);
        Reason why =
                parks.getFirst().reasons().stream()
                        .filter(r -> r.code().equals("cheapest"))
                        .findFirst()
                        .orElseThrow();
        assertThat(why.text()).contains("in zone here");
        assertThat(why.numbers()).containsEntry("cost_zone", -1000.0);
    }
}
