package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When which client is told to leave, as a timeline. */
class FarewellTest {
    private final List<Client> clients = new ArrayList<>();
    private final Farewell farewell = new Farewell();
    private final SplittableRandom random = new SplittableRandom(1);
    private int idleClosed;

    private final class Told extends Client {
        @Override
        void tick(long nowNanos) {}

        @Override
        void silent(Candidate ejected) {}

        @Override
        void ask(@Nullable Candidate leaving, LongStream.Why why, double chance) {}

        @Override
        void closeIdle() {
            idleClosed++;
        }

        @Override
        void closeNow() {}
    }

    private void clients(int count) {
        for (int i = 0; i < count; i++) {
            clients.add(new Told());
        }
    }

    /** Looks from then to then, and says how many were told up to there. */
    private long told(double fromSeconds, double toSeconds) {
        long tick = GatewayLoop.TICK.toNanos();
        for (long at = (long) (fromSeconds * 1e9); at <= toSeconds * 1e9; at += tick) {
            farewell.tick(clients, random, at);
        }
        return clients.stream().filter(Client::isTold).count();
    }

    @Test
    void manyAreToldOneAfterTheOtherAndAllInTheEnd() {
        clients(1_000);
        farewell.begin(Duration.ofSeconds(5), Duration.ofMillis(300), 0);
        assertThat(told(0.1, 0.1)).isBetween(5L, 50L);
        assertThat(told(0.2, 1)).isBetween(120L, 280L);
        assertThat(told(1.1, 3)).isBetween(500L, 700L);
        assertThat(told(3.1, 5)).isEqualTo(1_000);
    }

    @Test
    void fewAreNotKeptWaiting() {
        clients(3);
        farewell.begin(Duration.ofHours(1), Duration.ofMillis(300), 0);
        assertThat(told(0.1, 0.1)).isEqualTo(3);
        clients(20);
        assertThat(told(0.2, 2)).as("who comes later, too").isEqualTo(23);
    }

    @Test
    void whoWasToldMayAskForSomethingBeforeItIsClosed() {
        clients(1);
        farewell.begin(Duration.ofSeconds(5), Duration.ofMillis(300), 0);
        assertThat(told(0.1, 0.4)).isOne();
        assertThat(idleClosed).isZero();
        assertThat(told(0.5, 0.5)).isOne();
        assertThat(idleClosed).isOne();
    }
}
