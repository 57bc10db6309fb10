package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Picking with limits, and second attempts. */
class LimitsTest {
    private static final Pick FULL = new Pick.None(Pick.Why.ALL_FULL);
    private static final Pick NO_OTHER = new Pick.None(Pick.Why.NO_OTHER);

    private static Pool limited(StrategyKind kind, int size, LimitPolicy limit) {
        return new Pool(Pool.undetected(kind).withLimit(limit, QueuePolicy.DEFAULT), false, size);
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void noInstanceGetsMoreThanItsLimitAndTheRestIsToldSo(StrategyKind kind) {
        Pool pool = limited(kind, 3, new LimitPolicy.Fixed(4));
        List<Candidate> picked = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            picked.add(pool.pick(Tried.NONE));
        }
        for (int i = 1; i <= 3; i++) {
            assertThat(pool.candidate(i).inFlight()).isEqualTo(4);
        }
        assertThat(pool.balancer.pick(Tried.NONE, pool.now, pool.random)).isEqualTo(FULL);
        Candidate freed = picked.get(5);
        pool.end(freed, Outcome.OK, pool.now);
        assertThat(pool.pick(Tried.NONE)).as("the only one with room").isSameAs(freed);
        assertThat(pool.balancer.pick(Tried.NONE, pool.now, pool.random)).isEqualTo(FULL);
    }

    @Test
    void aNewInstanceIsRoomAtOnceAndAParkedOneIsNone() {
        Pool pool = limited(StrategyKind.RANDOM, 2, new LimitPolicy.Fixed(1));
        pool.pick(Tried.NONE);
        pool.pick(Tried.NONE);
        assertThat(pool.balancer.pick(Tried.NONE, pool.now, pool.random)).isEqualTo(FULL);
        pool.endpoints.add(Pool.endpoint(3, EndpointRole.ACTIVE, 1, Endpoint.NO_RAMP));
        pool.publish();
        assertThat(pool.pick(Tried.NONE).id().ordinal()).isEqualTo(3);
        Candidate one = pool.candidate(1);
        pool.set(1, EndpointRole.PARKED);
        pool.end(one, Outcome.OK, pool.now);
        assertThat(pool.balancer.pick(Tried.NONE, pool.now, pool.random)).isEqualTo(FULL);
    }

    @Test
    void openStreamsTakeNoRoom() {
        Pool pool = limited(StrategyKind.RANDOM, 1, new LimitPolicy.Fixed(1));
        Candidate one = pool.pick(Tried.NONE);
        assertThat(pool.balancer.pick(Tried.NONE, pool.now, pool.random)).isEqualTo(FULL);
        pool.balancer.answered(one, Outcome.OK, pool.now, pool.now);
        pool.balancer.streamOpened(one);
        assertThat(pool.pick(Tried.NONE)).isSameAs(one);
        assertThat(one.inFlight()).as("the proof still counts both").isEqualTo(2);
    }

    @Test
    void aRetryDoesNotGoWhereItWasWhileOthersAreFull() {
        Pool pool = limited(StrategyKind.RANDOM, 2, new LimitPolicy.Fixed(1));
        Candidate first = pool.pick(Tried.NONE);
        Candidate second = pool.pick(Tried.NONE);
        pool.end(first, Outcome.CUT, pool.now);
        Tried tried = Tried.create();
        tried.add(first);
        assertThat(pool.balancer.pick(tried, pool.now, pool.random)).isEqualTo(FULL);
        assertThat(pool.pick(Tried.NONE)).as("others still find it").isSameAs(first);
        pool.end(second, Outcome.OK, pool.now);
        assertThat(pool.pick(tried)).isSameAs(second);
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void aSecondAttemptNeverGoesWhereTheFirstIs(StrategyKind kind) {
        Pool pool = limited(kind, 3, new LimitPolicy.Unlimited());
        for (int i = 0; i < 300; i++) {
            Candidate first = pool.pick(Tried.NONE);
            Tried tried = Tried.create();
            tried.add(first);
            if (!(pool.balancer.pickOther(Hashing.NONE, tried, pool.now, pool.random)
                    instanceof Pick.Picked second)) {
                throw new AssertionError("two others are there");
            }
            assertThat(second.candidate()).isNotSameAs(first);
            tried.add(second.candidate());
            pool.end(first, Outcome.OK, pool.now);
            pool.end(second.candidate(), Outcome.CANCELLED, pool.now);
        }
        Tried all = Tried.create();
        for (int i = 1; i <= 3; i++) {
            all.add(pool.candidate(i));
            assertThat(pool.candidate(i).inFlight()).isZero();
        }
        assertThat(pool.balancer.pickOther(Hashing.NONE, all, pool.now, pool.random))
                .isEqualTo(NO_OTHER);
    }

    @Test
    void theLoserOfTwoAttemptsHasNotFailed() {
        Pool pool = Pool.of(StrategyKind.LEAST_RESPONSE_TIME, 4);
        for (int i = 0; i < 100; i++) {
            Candidate slow = pool.candidate(2);
            slow.stats().started();
            slow.estimate().waits(pool.now);
            long start = pool.now;
            pool.passMillis(50);
            pool.balancer.finished(slow, Outcome.CANCELLED, false, start, pool.now);
        }
        assertThat(pool.ejections).isEmpty();
        assertThat(pool.candidate(2).stats().failuresTotal()).isZero();
        assertThat(pool.candidate(2).estimate().failureShare(pool.now)).isZero();
    }

    @Test
    void theAdaptiveLimitLearnsFromAnswersAndTimeoutsButNotFromFastFailures() {
        Pool pool = limited(StrategyKind.RANDOM, 1, new LimitPolicy.Adaptive(100, 10, 200));
        Candidate one = pool.candidate(1);
        for (int second = 0; second < 12; second++) {
            load(pool, one, 20, Outcome.OK);
        }
        int before = one.limit();
        for (int second = 0; second < 12; second++) {
            load(pool, one, 1, Outcome.GATEWAY_ERROR);
        }
        assertThat(one.limit()).as("answers of 1 ms, all 503").isEqualTo(before);
        for (int second = 0; second < 6; second++) {
            load(pool, one, 900, Outcome.TIMEOUT);
        }
        assertThat(one.limit()).isLessThan(before - 10);
    }

    /** A second in which the endpoint is as full as may be, each request taking so long. */
    private static void load(Pool pool, Candidate one, double millis, Outcome outcome) {
        List<Candidate> picked = new ArrayList<>();
        while (pool.balancer.pick(Tried.NONE, pool.now, pool.random) instanceof Pick.Picked p) {
            picked.add(p.candidate());
        }
        long start = pool.now;
        pool.passMillis(millis);
        assertThat(picked).isNotEmpty().allMatch(c -> c == one);
        picked.forEach(c -> pool.end(c, outcome, start));
        pool.passMillis(1001 - millis);
    }

    @Test
    void limitsAreDividedOverTheLoopsAndNoneIsLeftWithout() {
        int[] sums = new int[9];
        for (int loops = 1; loops <= 8; loops++) {
            for (int i = 0; i < loops; i++) {
                Balancer balancer =
                        new Balancer(
                                BalancePolicy.DEFAULT.withLimit(
                                        new LimitPolicy.Fixed(6), QueuePolicy.DEFAULT),
                                new LoopShare(i, loops),
                                false,
                                id -> new EndpointStats(),
                                HealthListener.NONE);
                balancer.apply(
                        new EndpointSnapshot(
                                Pool.SERVICE,
                                1,
                                List.of(
                                        Pool.endpoint(
                                                1, EndpointRole.ACTIVE, 1, Endpoint.NO_RAMP))),
                        0);
                SplittableRandom random = new SplittableRandom(1);
                while (balancer.pick(Tried.NONE, 0, random) instanceof Pick.Picked) {
                    sums[loops]++;
                }
            }
        }
        assertThat(sums).containsExactly(0, 6, 6, 6, 6, 6, 6, 7, 8);
    }

    @Test
    void theOverflowOfFullOnesRespectsSlowStart() {
        Pool pool =
                new Pool(
                        new BalancePolicy(
                                        StrategyKind.RANDOM,
                                        Duration.ofSeconds(10),
                                        CheckPolicy.DEFAULT,
                                        EjectionPolicy.DEFAULT,
                                        RetryPolicy.DEFAULT)
                                .withLimit(new LimitPolicy.Fixed(10), QueuePolicy.DEFAULT),
                        false,
                        2);
        pool.endpoints.add(Pool.endpoint(3, EndpointRole.ACTIVE, 1, 0));
        pool.publish();
        for (int i = 0; i < 10; i++) {
            pool.candidate(1).stats().started();
        }
        for (int i = 0; i < 9; i++) {
            pool.pick(Tried.NONE);
        }
        assertThat(pool.candidate(3).inFlight()).as("cold, a tenth").isLessThanOrEqualTo(3);
        assertThat(pool.candidate(2).inFlight()).isGreaterThanOrEqualTo(6);
    }
}
