package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every strategy owes, whichever it is. */
class StrategyPropertiesTest {
    private static final int SEEDS = 150;

    private record Open(Candidate candidate, long startNanos) {}

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void equalInstancesGetEqualShares(StrategyKind kind) {
        for (int size : new int[] {2, 3, 5, 10, 50}) {
            int[] shares = Pool.sorted(Pool.of(kind, size).shares(size * 2000));
            assertThat(shares[0]).isGreaterThan(1700);
            assertThat(shares[size - 1]).isLessThan(2300);
        }
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void oneThatFailsAtOnceAttractsNoMoreThanItsShare(StrategyKind kind) {
        // Detection is off. The others take 10 ms, svc-1 fails in a tenth of one.
        Pool pool = new Pool(Pool.undetected(kind), false, 5);
        int[] picks = new int[5];
        ArrayDeque<Open> open = new ArrayDeque<>();
        for (int millis = 0; millis < 30_000; millis++) {
            pool.passMillis(1);
            while (!open.isEmpty() && pool.now - open.element().startNanos() >= 10_000_000) {
                Open due = open.remove();
                pool.end(due.candidate(), Outcome.OK, due.startNanos());
            }
            Candidate candidate = pool.pick(Tried.NONE);
            picks[candidate.id().ordinal() - 1]++;
            if (candidate.id().ordinal() == 1) {
                long start = pool.now;
                pool.passMillis(0.1);
                pool.end(candidate, Outcome.GATEWAY_ERROR, start);
            } else {
                open.add(new Open(candidate, pool.now));
            }
        }
        assertThat(picks[0]).isLessThanOrEqualTo(30_000 / 5 + 300);
        if (kind == StrategyKind.LEAST_RESPONSE_TIME || kind == StrategyKind.LEAST_REQUESTS) {
            assertThat(picks[0]).as("these see it coming").isLessThan(300);
        }
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void aNewInstanceIsNotFlooded(StrategyKind kind) {
        Pool pool = Pool.of(kind, 5);
        pool.at(100);
        pool.shares(1000);
        pool.endpoints.add(Pool.endpoint(6, EndpointRole.ACTIVE, 1, pool.now));
        pool.publish();
        int fair = 6000 / 6;
        assertThat(pool.shares(6000)[5]).as("at once").isBetween(fair / 20, fair / 4);
        pool.at(105);
        assertThat(pool.shares(6000)[5]).as("half way").isBetween(fair / 4, fair);
        pool.at(110);
        assertThat(pool.shares(6000)[5]).as("all of it").isBetween(fair * 8 / 10, fair * 12 / 10);
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void aYoungOneSeesNoSurgeWhenAnotherComesAndNobodyWaitsWhenAllAreNew(StrategyKind kind) {
        Pool pool = Pool.of(kind, 4);
        pool.at(100);
        pool.endpoints.add(Pool.endpoint(5, EndpointRole.ACTIVE, 1, pool.now));
        pool.publish();
        pool.at(102);
        int before = pool.shares(8000)[4];
        pool.endpoints.add(Pool.endpoint(6, EndpointRole.ACTIVE, 1, pool.now));
        pool.publish();
        assertThat(pool.shares(8000)[4]).isLessThan(before + 120);

        Pool allNew = Pool.of(kind, 4);
        for (int i = 1; i <= 4; i++) {
            allNew.endpoints.set(i - 1, Pool.endpoint(i, EndpointRole.ACTIVE, 1, 0));
        }
        allNew.publish();
        int[] shares = Pool.sorted(allNew.shares(4000));
        assertThat(shares[0]).isGreaterThan(850);
        assertThat(shares[3]).isLessThan(1150);
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void oneThatComesBackAfterAPauseDoesNotLookFasterThanItIs(StrategyKind kind) {
        Pool pool = Pool.of(kind, 5);
        pool.shares(500);
        pool.set(1, EndpointRole.PARKED);
        for (int second = 1; second <= 60; second++) {
            pool.at(second);
            pool.shares(50);
        }
        pool.set(1, EndpointRole.ACTIVE);
        int[] picks = new int[5];
        for (int i = 0; i < 1000; i++) {
            // None answers meanwhile: whoever looks best takes them.
            picks[pool.pick(Tried.NONE).id().ordinal() - 1]++;
        }
        assertThat(picks[0]).isLessThan(260);
    }

    /** Anything may happen in any order, and still: */
    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void whateverHappens(StrategyKind kind) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            boolean checks = random.nextBoolean();
            int size = 1 + random.nextInt(12);
            Pool pool = new Pool(Pool.policy(kind), checks, size);
            List<Open> open = new ArrayList<>();
            for (int step = 0; step < 400; step++) {
                step(pool, open, checks, random);
                long counted = 0;
                for (Candidate candidate : pool.balancer.candidates()) {
                    counted += candidate.inFlight();
                }
                assertThat(counted)
                        .as("in flight, seed %d step %d", seed, step)
                        .isEqualTo(open.size());
            }
        }
    }

    private static void step(Pool pool, List<Open> open, boolean checks, SplittableRandom random) {
        int ordinal = 1 + random.nextInt(pool.endpoints.size());
        switch (random.nextInt(8)) {
            case 0 -> pool.set(ordinal, any(EndpointRole.values(), random));
            case 1 -> pool.passMillis(random.nextInt(3000));
            case 2 -> {
                if (checks) {
                    CheckResult result = any(CheckResult.values(), random);
                    pool.balancer.checked(Pool.id(ordinal), result, pool.now);
                }
            }
            case 3, 4, 5 -> pickOne(pool, open, random);
            default -> {
                if (!open.isEmpty()) {
                    Open one = open.remove(random.nextInt(open.size()));
                    Outcome outcome = any(Outcome.values(), random);
                    pool.end(one.candidate(), outcome, one.startNanos());
                }
            }
        }
    }

    private static <T> T any(T[] values, SplittableRandom random) {
        return values[random.nextInt(values.length)];
    }

    private static void pickOne(Pool pool, List<Open> open, SplittableRandom random) {
        Tried tried = random.nextBoolean() ? Tried.NONE : Tried.create();
        List<Candidate> all = new ArrayList<>(pool.balancer.candidates());
        if (tried != Tried.NONE) {
            tried.add(all.get(random.nextInt(all.size())));
        }
        boolean anyActive = all.stream().anyMatch(Candidate::isActive);
        switch (pool.balancer.pick(tried, pool.now, random)) {
            case Pick.None none -> assertThat(anyActive).isFalse();
            case Pick.Picked picked -> {
                Candidate candidate = picked.candidate();
                assertThat(candidate.isActive()).isTrue();
                assertThat(candidate.isOut() && !pool.balancer.isPanicking()).isFalse();
                boolean others = all.stream().anyMatch(c -> c.slot >= 0 && !tried.contains(c));
                assertThat(tried.contains(candidate) && others).isFalse();
                open.add(new Open(candidate, pool.now));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void aPickAllocatesNothing(StrategyKind kind) {
        Pool pool = Pool.of(kind, 1000);
        pool.shares(20_000);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            Candidate candidate = pool.pick(Tried.NONE);
            pool.end(candidate, Outcome.OK, pool.now);
        }
        long perPick = (threads.getCurrentThreadAllocatedBytes() - before) / 10_000;
        assertThat(perPick).isZero();
    }
}
