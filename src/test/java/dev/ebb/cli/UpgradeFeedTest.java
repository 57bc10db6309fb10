package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import org.junit.jupiter.api.Test;

/** What is said after an upgrade, line by line; that it is said is in {@link UpgradesTest}. */
class UpgradeFeedTest {
    private final UpgradeFeed feed = new UpgradeFeed();

    @Test
    void endpointsCountOnceAllOfThemWereTold() {
        assertThat(feed.hear("endpoints shop 2", 7)).isEmpty();
        assertThat(feed.hear("endpoint shop-1 ::1 80 ACTIVE 1.0", 7)).isEmpty();
        var whole = feed.hear("endpoint shop-2 127.0.0.1 81 DRAINING 0.5", 7).orElseThrow();
        assertThat(whole.generation()).isEqualTo(7);
        assertThat(whole.endpoints())
                .extracting(e -> e.id().toString() + " " + e.host() + " " + e.role())
                .containsExactly("shop-1 ::1 ACTIVE", "shop-2 127.0.0.1 DRAINING");
        assertThat(feed.hear("endpoint shop-3 127.0.0.1 82 ACTIVE 1", 8))
                .as("one too many")
                .isEmpty();
    }

    @Test
    void moreThanCanBeTakenInIsSaidAndDoesNotStandInTheWayOfTheNext() {
        assertThatThrownBy(() -> feed.hear("endpoints shop 100001", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("100001 endpoints of shop, and 100000 at most are taken in");
        assertThat(feed.hear("endpoint shop-1 h 80 ACTIVE 1", 1)).isEmpty();
        assertThat(feed.hear("endpoints shop 0", 2)).isPresent();
    }

    @Test
    void noEndpointsAreKnowledgeToo() {
        var none = feed.hear("endpoints shop 0", 3).orElseThrow();
        assertThat(none.service()).isEqualTo(new ServiceName("shop"));
        assertThat(none.endpoints()).isEmpty();
    }

    @Test
    void aNewSnapshotTakesThePlaceOfAHalfOne() {
        assertThat(feed.hear("endpoints shop 2", 1)).isEmpty();
        assertThat(feed.hear("endpoint shop-1 h 80 ACTIVE 1", 1)).isEmpty();
        assertThat(feed.hear("endpoints shop 1", 1)).isEmpty();
        var whole = feed.hear("endpoint shop-9 h 80 ACTIVE 1", 1).orElseThrow();
        assertThat(whole.endpoints()).hasSize(1);
        assertThat(whole.endpoints().getFirst().id())
                .isEqualTo(new InstanceId(new ServiceName("shop"), 9));
    }

    @Test
    void whatIsOfANewerEbbIsPassedOver() {
        for (String line : new String[] {"", "listens", "endpoints shop", "endpoints shop -1"}) {
            assertThat(feed.hear(line, 1)).as(line).isEmpty();
            assertThat(UpgradeFeed.waits(line)).as(line).isEmpty();
            assertThat(UpgradeFeed.cut(line)).as(line).isEmpty();
        }
        assertThat(UpgradeFeed.waits("waits shop many")).isEmpty();
        assertThat(UpgradeFeed.waits("waits shop 3"))
                .contains(new UpgradeFeed.Wait(new ServiceName("shop"), 3));
        assertThat(UpgradeFeed.cut("cut 12")).contains(12);
    }
}
