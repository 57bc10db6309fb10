package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who serves a session, and how many sessions an instance has. */
class SessionsTest {
    private static final long WINDOW = 600_000_000_000L;

    private static Pool pool(BalancePolicy policy, int size) {
        return new Pool(policy.withSessions(new SessionPolicy("s")), false, size);
    }

    private static Pool pool(int size) {
        return pool(Pool.policy(StrategyKind.RANDOM), size);
    }

    private static Sessions sessions(Pool pool) {
        Sessions sessions = pool.balancer.sessions();
        if (sessions == null) {
            throw new AssertionError("the policy has sessions");
        }
        return sessions;
    }

    private static Pick choose(Pool pool, long tag, int session, Tried tried) {
        return sessions(pool).pick(tag, session, Hashing.NONE, tried, pool.now, pool.random);
    }

    private static Candidate pick(Pool pool, long tag, Tried tried) {
        return pick(pool, tag, 7, tried);
    }

    private static Candidate pick(Pool pool, long tag, int session, Tried tried) {
        if (choose(pool, tag, session, tried) instanceof Pick.Picked(Candidate candidate)) {
            pool.end(candidate, Outcome.OK, pool.now);
            return candidate;
        }
        throw new AssertionError("nothing was picked");
    }

    @Test
    void itStaysWithItsInstanceInTheTrialTooAndMovesWhenThatDrains() {
        Pool pool = pool(5);
        long tag = pool.candidate(3).tag();
        for (EndpointRole role : List.of(EndpointRole.ACTIVE, EndpointRole.PARKED)) {
            pool.set(3, role);
            for (int i = 0; i < 50; i++) {
                assertThat(pick(pool, tag, Tried.NONE).id()).isEqualTo(Pool.id(3));
                assertThat(role == EndpointRole.PARKED && pool.pick(Tried.NONE).isActive())
                        .as("others get what is new")
                        .isEqualTo(role == EndpointRole.PARKED);
            }
        }
        pool.set(3, EndpointRole.DRAINING);
        assertThat(sessions(pool).bound(tag)).isNull();
        for (int i = 0; i < 50; i++) {
            assertThat(pick(pool, tag, Tried.NONE).id()).isNotEqualTo(Pool.id(3));
        }
        pool.set(3, EndpointRole.ACTIVE);
        assertThat(pick(pool, tag, Tried.NONE).id()).as("a rescue").isEqualTo(Pool.id(3));
    }

    @Test
    void anEjectedOneAndOneThatHasGoneServeNobody() {
        Pool pool = pool(4);
        long tag = pool.candidate(2).tag();
        pool.outcome(2, Outcome.REFUSED, 10);
        assertThat(sessions(pool).bound(tag)).isNull();
        assertThat(pick(pool, tag, Tried.NONE).id()).isNotEqualTo(Pool.id(2));
        pool.endpoints.remove(1);
        pool.publish();
        assertThat(sessions(pool).bound(tag)).isNull();
        assertThat(pick(pool, tag, Tried.NONE).id()).isNotEqualTo(Pool.id(2));
    }

    @Test
    void whereNobodyIsInRotationAParkedOneDoesNotHideThatSomebodyIsWanted() {
        Pool pool = pool(1);
        long tag = pool.candidate(1).tag();
        pool.set(1, EndpointRole.PARKED);
        assertThat(choose(pool, tag, 7, Tried.NONE)).isEqualTo(Pick.None.NONE_ACTIVE);
    }

    @Test
    void requestsOfAMovedSessionAgreeOnAllLoopsAndSessionsAreSpread() {
        List<Pool> loops = List.of(pool(5), pool(5));
        int[] shares = new int[6];
        for (Pool loop : loops) {
            loop.set(3, EndpointRole.DRAINING);
        }
        long tag = loops.getFirst().candidate(3).tag();
        for (int session = 0; session < 1_000; session++) {
            int first = pick(loops.getFirst(), tag, session, Tried.NONE).id().ordinal();
            shares[first]++;
            for (int i = 0; i < 10; i++) {
                Pool loop = loops.get(i % 2);
                assertThat(pick(loop, tag, session, Tried.NONE).id().ordinal()).isEqualTo(first);
            }
        }
        assertThat(shares[3]).isZero();
        for (int other : new int[] {1, 2, 4, 5}) {
            assertThat(shares[other]).isBetween(200, 300);
        }
    }

    @Test
    void oneInSlowStartGetsItsShareOfMovedSessionsAndKeepsThem() {
        Pool pool = pool(4);
        long tag = pool.candidate(4).tag();
        pool.endpoints.set(0, Pool.endpoint(1, EndpointRole.ACTIVE, 1, 0));
        pool.set(4, EndpointRole.DRAINING);
        int before = 0;
        for (int seconds : new int[] {1, 5, 11}) {
            pool.at(seconds);
            int share = 0;
            for (int session = 0; session < 1_000; session++) {
                share += pick(pool, tag, session, Tried.NONE).id().equals(Pool.id(1)) ? 1 : 0;
            }
            assertThat(share).isGreaterThan(before);
            before = share;
        }
        assertThat(before).isBetween(280, 390);
    }

    @Test
    void whereAllOthersAreFullARetryWaitsAndDoesNotGoBack() {
        BalancePolicy limited =
                Pool.policy(StrategyKind.RANDOM)
                        .withLimit(new LimitPolicy.Fixed(1), QueuePolicy.DEFAULT);
        Pool pool = pool(limited, 2);
        Tried tried = Tried.create();
        tried.add(pool.candidate(1));
        Candidate busy = pool.pick(tried);
        assertThat(busy.id()).isEqualTo(Pool.id(2));
        long tag = pool.candidate(1).tag();
        assertThat(choose(pool, tag, 7, tried)).isEqualTo(Pick.None.ALL_FULL);
        assertThat(choose(pool, Hashing.NONE, 0, tried)).isEqualTo(Pick.None.ALL_FULL);
        assertThat(pool.balancer.hasRoom(pool.now)).isTrue();
        assertThat(pool.balancer.hasRoom(tried, pool.now)).isFalse();
        pool.end(busy, Outcome.OK, pool.now);
        assertThat(pool.balancer.hasRoom(tried, pool.now)).isTrue();
        assertThat(pick(pool, tag, tried).id()).isEqualTo(Pool.id(2));
        tried.add(pool.candidate(2));
        assertThat(pool.balancer.hasRoom(tried, pool.now)).as("all were tried").isTrue();
    }

    @Test
    void afterAFailureAndAtTheLimitAnotherServesItOnce() {
        BalancePolicy limited =
                Pool.policy(StrategyKind.RANDOM)
                        .withLimit(new LimitPolicy.Fixed(1), QueuePolicy.DEFAULT);
        Pool pool = pool(limited, 3);
        long tag = pool.candidate(1).tag();
        Tried tried = Tried.create();
        tried.add(pool.candidate(1));
        assertThat(pick(pool, tag, tried).id()).isNotEqualTo(Pool.id(1));
        Pick first = choose(pool, tag, 7, Tried.NONE);
        assertThat(first).isEqualTo(pool.candidate(1).picked());
        assertThat(pick(pool, tag, Tried.NONE).id()).isNotEqualTo(Pool.id(1));
        assertThat(sessions(pool).bound(tag)).as("it is bound still").isEqualTo(pool.candidate(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 1_000, 20_000})
    void sessionsAreCountedOnceHoweverManyLoopsSeeThem(int count) {
        var one = new SessionSketch(WINDOW);
        var other = new SessionSketch(WINDOW);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < count; i++) {
                one.add(i, round * WINDOW / 10);
                other.add(i, round * WINDOW / 10);
            }
        }
        int counted = SessionSketch.count(List.of(one, other), WINDOW / 4);
        assertThat((double) counted).isBetween(count * 0.86, Math.max(count, count * 1.14));
    }

    @Test
    void whoHasNotBeenSeenForAWindowAndAThirdIsForgotten() {
        var sketch = new SessionSketch(WINDOW);
        for (int i = 0; i < 50; i++) {
            sketch.add(i, 0);
        }
        for (int i = 50; i < 60; i++) {
            sketch.add(i, WINDOW);
        }
        assertThat(SessionSketch.count(List.of(sketch), WINDOW)).isBetween(55, 65);
        assertThat(SessionSketch.count(List.of(sketch), WINDOW * 4 / 3)).isBetween(9, 11);
        assertThat(SessionSketch.count(List.of(sketch), WINDOW * 3)).isZero();
    }
}
