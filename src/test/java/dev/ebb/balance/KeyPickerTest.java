package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests by their keys: where they go, what moves them, and what keeps an instance from more. */
class KeyPickerTest {
    private static final int KEYS = 20_000;

    private static Pool pool(double bound, int size) {
        return pool(bound, size, Pool.undetected(StrategyKind.LEAST_RESPONSE_TIME));
    }

    private static Pool pool(double bound, int size, BalancePolicy policy) {
        var by = new HashPolicy(List.of(new HashKey.Path()), bound);
        return new Pool(policy.withHash(by), false, size);
    }

    private static long key(int number) {
        return Hashing.of("user-" + number);
    }

    private static Candidate pick(Pool pool, long key, Tried tried) {
        if (pool.balancer.pick(key, tried, pool.now, pool.random) instanceof Pick.Picked picked) {
            return picked.candidate();
        }
        throw new AssertionError("nothing was picked");
    }

    /** By key, the ordinal of the instance that it goes to while nothing else goes on. */
    private static int[] places(Pool pool) {
        int[] places = new int[KEYS];
        for (int i = 0; i < KEYS; i++) {
            Candidate candidate = pick(pool, key(i), Tried.NONE);
            places[i] = candidate.id().ordinal();
            pool.end(candidate, Outcome.OK, pool.now);
        }
        return places;
    }

    private static int count(int[] places, int ordinal) {
        int count = 0;
        for (int place : places) {
            count += place == ordinal ? 1 : 0;
        }
        return count;
    }

    /** Of keys that were elsewhere before, none has moved. */
    private static void assertOnlyMovedFrom(int gone, int[] before, int[] after) {
        for (int i = 0; i < KEYS; i++) {
            if (before[i] != gone) {
                assertThat(after[i]).as("key %d", i).isEqualTo(before[i]);
            } else {
                assertThat(after[i]).isNotEqualTo(gone);
            }
        }
    }

    @Test
    void aKeyStaysWhereItIsAndKeysAreSpread() {
        Pool pool = pool(1.5, 10);
        int[] places = places(pool);
        assertThat(places(pool)).isEqualTo(places);
        for (int i = 1; i <= 10; i++) {
            assertThat(count(places, i)).isBetween(KEYS / 10 - 250, KEYS / 10 + 250);
        }
    }

    @Test
    void aParkMovesTheParkedOnesKeysToAllOthersAndARescueBringsThemBack() {
        Pool pool = pool(1.5, 10);
        int[] before = places(pool);
        pool.set(4, EndpointRole.PARKED);
        int[] parked = places(pool);
        assertOnlyMovedFrom(4, before, parked);
        for (int i = 1; i <= 10; i++) {
            int more = count(parked, i) - count(before, i);
            if (i != 4) {
                assertThat(more).as("svc-%d", i).isBetween(KEYS / 90 - 120, KEYS / 90 + 120);
            }
        }
        pool.set(4, EndpointRole.DRAINING);
        assertThat(places(pool)).as("the drain moves nothing more").isEqualTo(parked);
        pool.set(4, EndpointRole.ACTIVE);
        assertThat(places(pool)).isEqualTo(before);
    }

    @Test
    void anEjectionMovesOnlyTheEjectedOnesKeysAndTheyComeBack() {
        Pool pool = pool(1.5, 5, Pool.policy(StrategyKind.LEAST_RESPONSE_TIME));
        int[] before = places(pool);
        pool.outcome(2, Outcome.REFUSED, 10);
        assertThat(pool.candidate(2).isOut()).isTrue();
        assertOnlyMovedFrom(2, before, places(pool));
        pool.at(1000);
        pool.outcome(2, Outcome.OK, 10);
        pool.at(2000);
        assertThat(places(pool)).isEqualTo(before);
    }

    @Test
    void aRetryGoesElsewhereAndForOneKeyAlwaysToTheSame() {
        Pool pool = pool(1.5, 6);
        for (int i = 0; i < 500; i++) {
            Candidate first = pick(pool, key(i), Tried.NONE);
            Tried tried = Tried.create();
            tried.add(first);
            Candidate second = pick(pool, key(i), tried);
            Candidate again = pick(pool, key(i), tried);
            assertThat(second).isNotSameAs(first).isSameAs(again);
            for (Candidate open : List.of(first, second, again)) {
                pool.end(open, Outcome.OK, pool.now);
            }
        }
    }

    private record Open(Candidate candidate, long startNanos) {}

    /** Keys as hot as they come, requests that end in any order. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 1.25, 1.5, 2})
    void nobodyHasMoreThanTheBound(double bound) {
        for (long seed = 1; seed <= 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int size = 2 + random.nextInt(12);
            Pool pool = pool(bound, size);
            List<Open> open = new ArrayList<>();
            int inFlight = 1 + random.nextInt(200);
            for (int step = 0; step < 2_000; step++) {
                if (open.size() >= inFlight) {
                    Open one = open.remove(random.nextInt(open.size()));
                    pool.end(one.candidate(), Outcome.OK, one.startNanos());
                }
                // A third of all requests have one key.
                long key = key(random.nextInt(3) == 0 ? 0 : random.nextInt(50));
                Candidate candidate = pick(pool, key, Tried.NONE);
                open.add(new Open(candidate, pool.now));
                double most = Math.ceil(bound * open.size() / size);
                assertThat((double) candidate.inFlight())
                        .as("seed %d step %d", seed, step)
                        .isLessThanOrEqualTo(Math.max(KeyPicker.LEAST, most));
            }
        }
    }

    @Test
    void withoutABoundAHotKeyStaysWithOne() {
        Pool pool = pool(HashPolicy.UNBOUNDED, 5);
        Candidate first = pick(pool, key(7), Tried.NONE);
        for (int i = 0; i < 300; i++) {
            assertThat(pick(pool, key(7), Tried.NONE)).isSameAs(first);
        }
        assertThat(first.stats().keyedTotal()).isEqualTo(301);
    }

    @Test
    void oneThatIsFullByItsLimitIsPassedOverByTheKeysOwnOrder() {
        BalancePolicy normal = Pool.undetected(StrategyKind.LEAST_RESPONSE_TIME);
        Pool pool =
                pool(
                        HashPolicy.UNBOUNDED,
                        4,
                        normal.withLimit(new LimitPolicy.Fixed(3), QueuePolicy.DEFAULT));
        List<Candidate> order = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            order.add(pick(pool, key(1), Tried.NONE));
        }
        for (int i = 0; i < 12; i++) {
            assertThat(order.get(i)).isSameAs(order.get(i / 3 * 3));
        }
        assertThat(pool.balancer.pick(key(1), Tried.NONE, pool.now, pool.random))
                .isEqualTo(Pick.None.ALL_FULL);
    }

    @Test
    void aNewOneGetsItsKeysBitByBitAndEachMovesOnce() {
        Pool pool = pool(1.5, 5);
        pool.at(100);
        int[] before = places(pool);
        pool.endpoints.add(Pool.endpoint(6, EndpointRole.ACTIVE, 1, pool.now));
        pool.publish();
        int[] last = before;
        int had = 0;
        for (double second = 100; second <= 110; second += 1) {
            pool.at(second);
            int[] now = places(pool);
            for (int i = 0; i < KEYS; i++) {
                assertThat(now[i] == last[i] || now[i] == 6).as("key %d", i).isTrue();
            }
            assertThat(count(now, 6)).isGreaterThanOrEqualTo(had);
            had = count(now, 6);
            last = now;
            if (second == 100) {
                assertThat(had).as("a tenth of its share").isBetween(KEYS / 90, KEYS / 45);
            }
        }
        assertThat(had).isBetween(KEYS / 6 - 300, KEYS / 6 + 300);
    }

    @Test
    void aRequestWithoutAKeyGoesWhereItIsAnsweredSoonest() {
        Pool pool = pool(1.5, 4);
        int[] shares = Pool.sorted(pool.shares(8000));
        assertThat(shares[0]).isGreaterThan(1700);
        for (int i = 1; i <= 4; i++) {
            assertThat(pool.candidate(i).stats().keyedTotal()).isZero();
        }
    }

    @Test
    void aPickAllocatesNothing() {
        Pool pool = pool(1.25, 20);
        pool.shares(100);
        ArrayDeque<Candidate> open = new ArrayDeque<>(64);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] keys = new long[64];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(i % 9);
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                open.add(pick(pool, keys[i % keys.length], Tried.NONE));
                if (open.size() > 40) {
                    pool.end(open.remove(), Outcome.OK, pool.now);
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(20_000);
    }
}
