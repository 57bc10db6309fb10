package dev.ebb.balance;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.DRAINING;
import static dev.ebb.balance.EndpointRole.PARKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ebb.core.Health;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalancerTest {

    @Test
    void aPickIsInFlightUntilItIsFinished() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 1);
        Candidate one = pool.pick(Tried.NONE);
        assertThat(one.inFlight()).isEqualTo(1);
        assertThat(TrafficSum.of(List.of(one.stats()), 0).inFlight()).isEqualTo(1);
        pool.balancer.streamOpened(one);
        pool.balancer.answered(one, Outcome.OK, 0, 5);
        pool.balancer.streamFinished(one, Outcome.OK, 0, 10);
        assertThat(one.inFlight()).isZero();
        assertThat(TrafficSum.of(List.of(one.stats()), 0).streams()).isZero();
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void parkedAndDrainingAreNeverPicked(StrategyKind kind) {
        Pool pool = Pool.of(kind, 4);
        pool.set(1, PARKED);
        pool.set(3, DRAINING);
        int[] shares = pool.shares(1000);
        assertThat(shares[0] + shares[2]).isZero();
        assertThat(shares[1]).isBetween(400, 600);
        pool.set(1, ACTIVE);
        assertThat(pool.shares(300)[0]).as("rescued: its full share at once").isBetween(60, 140);
    }

    @Test
    void whyThereIsNothingToPick() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 1);
        pool.set(1, PARKED);
        assertThat(pool.balancer.pick(Tried.NONE, 0, pool.random))
                .isEqualTo(new Pick.None(Pick.Why.NONE_ACTIVE));
        pool.endpoints.clear();
        pool.publish();
        assertThat(pool.balancer.pick(Tried.NONE, 0, pool.random))
                .isEqualTo(new Pick.None(Pick.Why.NO_ENDPOINTS));
        Pool noPanic = new Pool(Pool.undetected(StrategyKind.RANDOM), true, 1);
        for (int i = 0; i < 3; i++) {
            noPanic.balancer.checked(Pool.id(1), CheckResult.TIMEOUT, i);
        }
        assertThat(noPanic.balancer.pick(Tried.NONE, 0, noPanic.random))
                .isEqualTo(new Pick.None(Pick.Why.NONE_HEALTHY));
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void aRetryGoesToAnotherWhileThereIsOne(StrategyKind kind) {
        Pool pool = Pool.of(kind, 5);
        for (int round = 0; round < 200; round++) {
            Tried tried = Tried.create();
            for (int i = 0; i < 5; i++) {
                Candidate next = pool.pick(tried);
                assertThat(tried.contains(next)).isFalse();
                tried.add(next);
            }
            assertThat(pool.pick(tried)).as("all were tried: any").isNotNull();
        }
    }

    @Test
    void anOldSnapshotIsIgnoredAndStateIsKeptFromOneToTheNext() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 2);
        Candidate before = pool.candidate(1);
        pool.set(2, PARKED);
        assertThat(pool.candidate(1)).isSameAs(before);
        pool.balancer.apply(new EndpointSnapshot(Pool.SERVICE, 1, List.of()), 0);
        assertThat(pool.balancer.generation()).isEqualTo(2);
        assertThat(pool.balancer.candidates()).hasSize(2);
    }

    @Test
    void outAtFiveFailuresBackWhenTimeIsOverAndAGoodCheckHasCome() {
        Pool pool = new Pool(BalancePolicy.DEFAULT, true, 5);
        pool.at(10);
        pool.balancer.checked(Pool.id(2), CheckResult.GOOD, pool.now);
        pool.outcome(2, Outcome.GATEWAY_ERROR, 5);
        assertThat(pool.shares(300)[1]).isZero();
        assertThat(pool.candidate(2).health(pool.now)).isEqualTo(Health.EJECTED);

        pool.at(12);
        pool.balancer.checked(Pool.id(2), CheckResult.GOOD, pool.now);
        assertThat(pool.candidate(2).isOut()).as("a good check alone is not enough").isTrue();
        pool.balancer.checked(Pool.id(2), CheckResult.TIMEOUT, pool.now);
        pool.at(16);
        assertThat(pool.candidate(2).isOut()).as("neither is the time alone").isTrue();
        pool.balancer.checked(Pool.id(2), CheckResult.GOOD, pool.now);

        assertThat(pool.log)
                .containsExactly(
                        "10s svc-2 EJECTED: 5 answers in a row failed",
                        "16s svc-2 HEALTHY: its time out is over and its checks are good");
        assertThat(pool.ejections).hasSize(1);
        assertThat(pool.shares(4000)[1])
                .as("it ramps up: about 2 x 10 % / n of two choices at most")
                .isBetween(20, 200);
        pool.at(27);
        assertThat(pool.shares(4000)[1]).isBetween(600, 1000);
    }

    @Test
    void failingChecksTakeItOutAndTheOtherLoopsFollowAnEjection() {
        Pool one = Pool.of(StrategyKind.RANDOM, 4);
        Pool two = Pool.of(StrategyKind.RANDOM, 4);
        one.outcome(3, Outcome.REFUSED, 2);
        two.balancer.follow(Pool.id(3), one.ejections.getFirst(), 0);
        assertThat(two.shares(400)[2]).isZero();
        assertThat(two.ejections).as("it was not this one's").isEmpty();
        assertThat(two.log).containsExactly("0s svc-3 EJECTED: 2 connects in a row failed");
        two.at(5);
        assertThat(two.candidate(3).isOut()).isFalse();

        for (int i = 0; i < 3; i++) {
            two.balancer.checked(Pool.id(1), CheckResult.BAD_ANSWER, two.now);
        }
        assertThat(two.shares(400)[0]).isZero();
    }

    @Test
    void noMoreThanTheShareAreEjectedButRefusedConnectsLeaveNoDoubt() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 6);
        for (int i = 1; i <= 6; i++) {
            pool.outcome(i, Outcome.CUT, 20);
        }
        assertThat(pool.ejections).as("half of six").hasSize(3);
        pool.outcome(5, Outcome.REFUSED, 2);
        assertThat(pool.ejections).hasSize(4);
        Pool single = Pool.of(StrategyKind.RANDOM, 1);
        single.outcome(1, Outcome.CUT, 5);
        assertThat(single.ejections).as("one always may").hasSize(1);
        assertThat(single.pick(Tried.NONE)).as("panic").isNotNull();
    }

    @Test
    void nobodyIsEjectedForARateThatAllShare() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 4);
        for (int round = 0; round < 30; round++) {
            for (int i = 1; i <= 4; i++) {
                pool.outcome(i, round % 3 == 0 ? Outcome.OK : Outcome.SERVER_ERROR, 1);
            }
        }
        assertThat(pool.ejections).isEmpty();
        for (int i = 2; i <= 4; i++) {
            pool.outcome(i, Outcome.OK, 200);
        }
        pool.passMillis(1001);
        pool.outcome(1, Outcome.SERVER_ERROR, 1);
        assertThat(pool.ejections).as("now it is the only one").hasSize(1);
    }

    @Test
    void inPanicHealthIsIgnoredExceptWhereNobodyListens() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 5);
        pool.outcome(1, Outcome.CUT, 5);
        pool.outcome(2, Outcome.CUT, 5);
        assertThat(pool.balancer.isPanicking()).as("three of five are healthy").isFalse();
        pool.outcome(3, Outcome.REFUSED, 2);
        assertThat(pool.balancer.isPanicking()).isTrue();
        int[] shares = pool.shares(4000);
        assertThat(shares[2]).isZero();
        assertThat(shares[0]).isBetween(50, 1200);
        assertThat(shares[0] + shares[1] + shares[3] + shares[4]).isEqualTo(4000);
    }

    @Test
    void whatIsParkedIsNoPartOfThePanicThreshold() {
        Pool pool = Pool.of(StrategyKind.RANDOM, 6);
        for (int i = 1; i <= 4; i++) {
            pool.set(i, PARKED);
        }
        assertThat(pool.balancer.isPanicking()).as("two of two are healthy").isFalse();
        pool.outcome(5, Outcome.CUT, 5);
        assertThat(pool.balancer.isPanicking()).as("one of two is half").isFalse();
        assertThat(pool.shares(100)[5]).isEqualTo(100);
    }

    @Test
    void anEjectionDoesNotCascade() {
        // At 0 s one breaks; the others, with its load on top, time out now and then in a row.
        Pool pool = Pool.of(StrategyKind.RANDOM, 10);
        for (int i = 2; i <= 10; i++) {
            pool.outcome(i, Outcome.TIMEOUT, 4);
        }
        pool.outcome(1, Outcome.CUT, 5);
        for (int i = 2; i <= 10; i++) {
            pool.outcome(i, Outcome.TIMEOUT, 5);
        }
        assertThat(pool.ejections).hasSize(1);
    }

    @Test
    void weightsAreFollowedSmoothly() {
        Pool pool = Pool.of(StrategyKind.WEIGHTED, 3);
        for (int i = 1; i <= 3; i++) {
            pool.endpoints.set(i - 1, Pool.endpoint(i, ACTIVE, i, Endpoint.NO_RAMP));
        }
        pool.publish();
        int[] before = new int[3];
        for (int round = 1; round <= 100; round++) {
            int[] six = pool.shares(6);
            for (int i = 0; i < 3; i++) {
                before[i] += six[i];
                assertThat((double) before[i])
                        .as("after %d picks, never far from its share", 6 * round)
                        .isCloseTo((i + 1) * round, within(1.5));
            }
        }
    }
}
