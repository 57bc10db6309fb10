package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Timelines: what waits, what goes first, what is refused. Milliseconds. */
// Any of them will do, by chance.
@SuppressWarnings("EnumOrdinal")
class AdmissionQueueTest {
    private static final long MILLI = 1_000_000;
    private static final long NEVER = Long.MAX_VALUE;
    private static final QueuePolicy POLICY =
            new QueuePolicy(4, Duration.ofMillis(1000), Duration.ofMillis(50));

    private final List<String> refused = new ArrayList<>();
    private final AdmissionQueue<String> queue =
            new AdmissionQueue<>(POLICY, LoopShare.ALL, refused::add);

    private boolean offer(String name, Priority priority, long millis) {
        return queue.offer(name, priority, NEVER, millis * MILLI);
    }

    private boolean offer(String name, long millis) {
        return offer(name, Priority.NORMAL, millis);
    }

    private String poll(long millis) {
        return queue.poll(any -> true, millis * MILLI).orElse("nobody");
    }

    @Test
    void aBurstIsServedInItsOrder() {
        offer("a", 0);
        offer("b", 1);
        offer("c", 2);
        assertThat(poll(10)).isEqualTo("a");
        assertThat(poll(500)).isEqualTo("b");
        assertThat(poll(999)).isEqualTo("c");
        assertThat(poll(999)).isEqualTo("nobody");
        assertThat(refused).isEmpty();
    }

    @Test
    void whoDoesNotFitKeepsItsPlaceWhileOthersPass() {
        queue.offer("late", Priority.NORMAL, 5 * MILLI, 0);
        offer("a", 1);
        offer("b", 2);
        assertThat(queue.poll(name -> !name.equals("a"), 10 * MILLI)).hasValue("b");
        assertThat(refused).containsExactly("late");
        assertThat(queue.poll(name -> !name.equals("a"), 11 * MILLI)).isEmpty();
        assertThat(queue.size()).isEqualTo(1);
        offer("c", 12);
        assertThat(poll(13)).isEqualTo("a");
        assertThat(poll(14)).isEqualTo("c");
    }

    @Test
    void patienceEnds() {
        offer("a", 0);
        offer("b", 400);
        queue.expire(1000 * MILLI);
        assertThat(refused).isEmpty();
        queue.expire(1001 * MILLI);
        assertThat(refused)
                .as("it stands for a second now: b is over 50 ms, too")
                .containsExactly("a", "b");
        offer("c", 1002);
        queue.expire(2000 * MILLI);
        assertThat(queue.size()).as("it was empty: patient again").isEqualTo(1);
    }

    @Test
    void inAStandingQueueTheNewestGoesFirstAndPatienceIsShort() {
        for (int i = 0; i < 1000; i += 50) {
            offer("x" + i, i);
            if (i >= 150) {
                queue.poll(any -> true, i * MILLI);
            }
        }
        refused.clear();
        offer("y1001", 1001);
        assertThat(queue.isStanding(1001 * MILLI)).isTrue();
        offer("y1005", 1005);
        offer("y1010", 1010);
        assertThat(refused).as("what had waited over 50 ms").contains("x900");
        assertThat(poll(1012)).isEqualTo("y1010");
        assertThat(poll(1012)).isEqualTo("y1005");
        queue.expire(1052 * MILLI);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(refused).endsWith("y1001");
        offer("z", 1060);
        assertThat(queue.isStanding(1060 * MILLI)).isFalse();
    }

    @Test
    void whenFullTheNewcomerIsRefusedInABurstAndTheOldestInAnOverload() {
        for (String name : List.of("a", "b", "c", "d")) {
            assertThat(offer(name, 0)).isTrue();
        }
        assertThat(offer("e", 10)).isFalse();
        assertThat(refused).as("it was never in").isEmpty();
        poll(990);
        for (int i = 0; i < 3; i++) {
            poll(995);
            offer("n" + i, 995);
        }
        offer("f", 996);
        assertThat(queue.size()).isEqualTo(4);
        assertThat(offer("g", 1002)).isTrue();
        assertThat(refused).containsExactly("n0");
        assertThat(poll(1003)).isEqualTo("g");
    }

    @Test
    void probesGoFirstAndTakeTheOthersPlaces() {
        offer("low", Priority.LOW, 0);
        offer("a", 0);
        offer("b", 0);
        offer("c", 0);
        assertThat(offer("probe", Priority.HIGH, 1)).isTrue();
        assertThat(refused).containsExactly("low");
        assertThat(offer("probe2", Priority.HIGH, 1)).isTrue();
        assertThat(refused).containsExactly("low", "a");
        assertThat(offer("low2", Priority.LOW, 1)).isFalse();
        assertThat(poll(2)).isEqualTo("probe");
        assertThat(poll(2)).isEqualTo("probe2");
        assertThat(poll(2)).isEqualTo("b");
    }

    @Test
    void aRequestsOwnDeadlineCountsToo() {
        queue.offer("a", Priority.NORMAL, 30 * MILLI, 0);
        queue.offer("b", Priority.NORMAL, NEVER, 0);
        queue.offer("c", Priority.NORMAL, 40 * MILLI, 0);
        assertThat(poll(30)).isEqualTo("b");
        assertThat(refused).containsExactly("a");
        queue.expire(39 * MILLI);
        assertThat(queue.size()).isEqualTo(1);
        queue.expire(40 * MILLI);
        assertThat(refused).containsExactly("a", "c");
    }

    @Test
    void whoHasGoneWaitsNoMore() {
        offer("a", 0);
        offer("b", 0);
        assertThat(queue.cancel("a")).isTrue();
        assertThat(queue.cancel("a")).isFalse();
        assertThat(poll(1)).isEqualTo("b");
        assertThat(refused).isEmpty();
    }

    @Test
    void withoutPlacesEverybodyIsRefused() {
        QueuePolicy none = new QueuePolicy(0, Duration.ofMillis(1000), Duration.ofMillis(50));
        var closed = new AdmissionQueue<String>(none, LoopShare.ALL, refused::add);
        assertThat(closed.offer("a", Priority.HIGH, NEVER, 0)).isFalse();
        var half = new AdmissionQueue<String>(POLICY, new LoopShare(1, 2), refused::add);
        assertThat(half.offer("a", Priority.NORMAL, NEVER, 0)).isTrue();
        assertThat(half.offer("b", Priority.NORMAL, NEVER, 0)).isTrue();
        assertThat(half.offer("c", Priority.NORMAL, NEVER, 0)).as("four over two").isFalse();
    }

    @Test
    void retryAfterFollowsThePaceAtWhichItDrains() {
        QueuePolicy large = new QueuePolicy(1000, Duration.ofSeconds(60), Duration.ofSeconds(1));
        var busy = new AdmissionQueue<Integer>(large, LoopShare.ALL, request -> {});
        SplittableRandom random = new SplittableRandom(2);
        assertThat(busy.retryAfterSeconds(0, random)).as("nothing waits").isBetween(1, 2);
        for (int i = 0; i < 200; i++) {
            busy.offer(i, Priority.NORMAL, NEVER, 0);
        }
        assertThat(busy.retryAfterSeconds(0, random))
                .as("nothing gets through")
                .isEqualTo(AdmissionQueue.MOST_RETRY_AFTER);
        long now = 0;
        for (int i = 0; i < 600; i++) {
            now += 50 * MILLI;
            busy.poll(every -> true, now);
            busy.offer(1000 + i, Priority.NORMAL, NEVER, now);
        }
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            seen.add(busy.retryAfterSeconds(now, random));
        }
        // 200 wait, 20 a second get through: about 10 s, up to half as much more
        assertThat(seen).contains(11, 12, 13, 14).allMatch(s -> s >= 10 && s <= 16);
    }

    /** Each request ends in exactly one way, and never more wait than may. */
    @Test
    void everyRequestEndsOnceWhateverTheOrder() {
        for (long seed = 1; seed <= 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            QueuePolicy policy =
                    new QueuePolicy(
                            random.nextInt(20), Duration.ofMillis(200), Duration.ofMillis(20));
            var ended = new ArrayList<Integer>();
            var waiting = new HashSet<Integer>();
            var any = new AdmissionQueue<Integer>(policy, LoopShare.ALL, ended::add);
            long now = 0;
            int next = 1000;
            for (int step = 0; step < 2000; step++) {
                now += random.nextLong(15) * MILLI;
                switch (random.nextInt(5)) {
                    case 0, 1, 2 -> {
                        Integer request = next++;
                        Priority priority = Priority.values()[random.nextInt(3)];
                        long deadline =
                                random.nextBoolean() ? NEVER : now + random.nextLong(300) * MILLI;
                        if (any.offer(request, priority, deadline, now)) {
                            waiting.add(request);
                        }
                    }
                    case 3 -> any.poll(every -> true, now).ifPresent(ended::add);
                    default -> any.expire(now);
                }
                for (Integer request : ended) {
                    assertThat(waiting.remove(request)).as("seed %d", seed).isTrue();
                }
                ended.clear();
                assertThat(any.size()).isEqualTo(waiting.size());
                assertThat(any.size()).isLessThanOrEqualTo(policy.size());
            }
        }
    }
}
