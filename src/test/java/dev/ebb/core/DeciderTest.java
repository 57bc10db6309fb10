package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * Timelines of one service under the decider. A request costs 10 ms of CPU; each may use 1 core.
 */
class DeciderTest {

    @Test
    void parksTriesDrainsAndStopsWhenTheLoadFalls() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 250;
        fleet.until(40);
        assertThat(fleet.events).isEmpty();

        fleet.rate = 60;
        fleet.until(140);

        assertThat(fleet.events("Park")).hasSizeGreaterThanOrEqualTo(3);
        assertThat(fleet.serving()).isEqualTo(2);
        assertThat(fleet.events("Rescue")).isEmpty();
        String park = fleet.events("Park").getFirst();
        String drain = fleet.events("Drain").getFirst();
        String stop = fleet.events("Stop").getFirst();
        assertThat(at(park)).as("not before the stabilization window").isGreaterThanOrEqualTo(60);
        assertThat(at(drain) - at(park)).as("the shortest trial").isGreaterThanOrEqualTo(10);
        assertThat(at(stop)).isGreaterThan(at(drain));
    }

    private static double at(String event) {
        return Double.parseDouble(event.substring(0, event.indexOf(' ')));
    }

    @Test
    void startsInTheSameTickThatSeesTheNeed() {
        Fleet fleet = new Fleet(quick(2, 10), 2);
        fleet.rate = 60;
        fleet.until(30);
        fleet.rate = 290;
        fleet.until(36);

        assertThat(fleet.events("Start")).isNotEmpty();
        fleet.until(60);
        assertThat(fleet.serving()).isEqualTo(5);
    }

    @Test
    void rescuesWhatIsParkedBeforeItStartsAnything() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.untilParked();
        fleet.rate = 290;
        fleet.until(fleet.seconds + 6);

        assertThat(fleet.events("Rescue")).hasSize(1);
        assertThat(fleet.events("Start")).isEmpty();
        assertThat(fleet.serving()).isEqualTo(5);
    }

    @Test
    void waitsLongerAfterARescue() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.untilSo(f -> !f.events("Park").isEmpty());
        fleet.until(fleet.seconds + 3);
        fleet.rate = 290;
        fleet.until(fleet.seconds + 5);
        double rescued = fleet.seconds;
        fleet.rate = 60;
        fleet.untilSo(f -> f.events("Park").size() >= 2);
        assertThat(fleet.seconds - rescued).as("twice the stabilization").isGreaterThan(39);
    }

    @Test
    void missingDataNeverScalesInAndNeverOut() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 100;
        fleet.until(10);
        for (int i = 1; i <= 5; i++) {
            fleet.silent.add(id(i));
        }
        fleet.until(100);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).doesNotContain("observe");
        assertThat(fleet.state.standing()).isEqualTo(5);
    }

    @Test
    void oneSilentInstanceHoldsTheServiceAndTheHoldSaysSo() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 60;
        fleet.silent.add(id(3));
        fleet.until(100);
        assertThat(fleet.events("Park")).isEmpty();
        fleet.silent.clear();
        fleet.until(200);
        assertThat(fleet.events("Park")).isNotEmpty();
    }

    @Test
    void forgetsWhatEndedWhileEbbWasAway() {
        var fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 250;
        // As recovery leaves it: the platform has never heard of it in this life.
        fleet.liveness.put(id(2), new Liveness.Unclear());
        fleet.state = fleet.state.with(id(2), i -> i.in(Lifecycle.FAILED, 0).asExited());
        fleet.until(3);
        assertThat(fleet.events).contains("1 Start 6", "2 GONE 2");
    }

    @Test
    void replacesWhatExitsInTheSameTick() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 250;
        fleet.until(30);
        fleet.liveness.put(id(2), new Liveness.Exited(OptionalInt.of(137)));
        fleet.until(31);
        assertThat(fleet.events).containsExactly("31 FAILED 2", "31 Start 6");
        assertThat(fleet.last.commands().getFirst().command())
                .isEqualTo(new Command.Start(id(6), Optional.of(id(2))));
        fleet.until(34);
        assertThat(fleet.serving()).isEqualTo(5);
        assertThat(fleet.state.find(id(2))).isEmpty();
    }

    @Test
    void theReasonOfAFailureNamesTheExitCode() {
        Fleet fleet = new Fleet(quick(2, 5), 3);
        fleet.until(5);
        fleet.liveness.put(id(2), new Liveness.Exited(OptionalInt.of(3)));
        fleet.until(6);
        assertThat(fleet.last.moves().getFirst().reasons().getFirst().text())
                .endsWith("exit code 3");
    }

    @Test
    void aCrashLoopIsSlowedDown() {
        Fleet fleet = new Fleet(quick(1, 3), 1);
        fleet.until(1);
        for (int i = 0; i < 300; i++) {
            fleet.state.instances().stream()
                    .filter(x -> x.lifecycle() != Lifecycle.FAILED)
                    .forEach(x ->
                            fleet.liveness.put(x.id(), new Liveness.Exited(OptionalInt.of(1))));
            fleet.until(fleet.seconds + 1);
        }
        assertThat(fleet.events("Start")).hasSizeBetween(5, 16);
        assertThat(fleet.holds()).contains("crash_loop");
    }

    @Test
    void ejectionWhileOnTrialBringsThePlannedAbsenceBackFirst() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.untilParked();
        Instance serving =
                fleet.state.instances().stream().filter(Instance::carriesLoad).findFirst().get();
        fleet.health.put(serving.id(), Health.EJECTED);
        fleet.until(fleet.seconds + 1);
        assertThat(fleet.events("Rescue")).hasSize(1);
    }

    @Test
    void survivorsThatFailLoseTheTrial() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.untilParked();
        fleet.failureShare = 0.05;
        fleet.until(fleet.seconds + 9);
        assertThat(fleet.events("Rescue")).hasSize(1);
        assertThat(fleet.events("Stop")).isEmpty();
    }

    @Test
    void survivorsThatSlowDownLoseTheTrial() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.untilParked();
        fleet.latencyNanos = 50_000_000;
        fleet.until(fleet.seconds + 9);
        assertThat(fleet.events("Rescue")).hasSize(1);
    }

    @Test
    void nothingIsStoppedWithoutAcknowledgementOrWithRequestsInFlight() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.acknowledges = false;
        fleet.untilSo(f -> !f.events("Park").isEmpty());
        fleet.until(fleet.seconds + 30);
        assertThat(fleet.state.count(i -> i.lifecycle() == Lifecycle.PARKING)).isEqualTo(1);

        fleet.acknowledges = true;
        InstanceId victim =
                fleet.state.instances().stream().filter(Instance::isOnTrial).findFirst().get().id();
        fleet.stuckInFlight.put(victim, 1);
        fleet.until(fleet.seconds + 35);
        assertThat(fleet.events("Stop")).isEmpty();
        assertThat(fleet.state.find(victim).orElseThrow().lifecycle())
                .isEqualTo(Lifecycle.DRAINING);
        fleet.until(fleet.seconds + 20);
        assertThat(fleet.events("Rescue")).as("at the drain deadline").hasSize(1);
    }

    @Test
    void nothingIsRemovedWhileRequestsAreInFlightThatNobodyCounts() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        var hold = new Hold(Reason.of("upgrading", "another process answers"), "its end");
        fleet.uncounted = Optional.of(hold);
        fleet.rate = 60;
        fleet.until(60);
        assertThat(fleet.events("Park")).isEmpty();
        assertThat(fleet.last.explanation().holds()).contains(hold);

        fleet.uncounted = Optional.empty();
        fleet.untilSo(f -> f.state.count(i -> i.lifecycle() == Lifecycle.DRAINING) == 1);
        fleet.uncounted = Optional.of(hold);
        Observation seen = fleet.observe();
        Instance draining =
                fleet.state.instances().stream().filter(Instance::isOnTrial).findFirst().get();
        assertThat(new Proof(seen).nothingInFlight(draining)).isFalse();
        assertThat(
                        new Recheck(fleet.state, seen, fleet.policy)
                                .objection(
                                        fleet.state,
                                        new Command.Stop(draining.id(), false),
                                        Recheck.By.OPERATOR))
                .contains(hold.why());
    }

    @Test
    void aStartGoesOnWhileRequestsAreInFlightThatNobodyCounts() {
        Fleet fleet = new Fleet(quick(2, 5), 2);
        fleet.uncounted =
                Optional.of(new Hold(Reason.of("upgrading", "another process answers"), "its end"));
        fleet.rate = 400;
        fleet.untilSo(f -> !f.events("Start").isEmpty());
        assertThat(fleet.events("Start")).isNotEmpty();
    }

    @Test
    void aProtectedInstanceIsNeverChosenAndTheLowestCostGoesFirst() {
        Fleet fleet = new Fleet(quick(2, 5), 3);
        fleet.state = fleet.state.with(id(3), i -> i.withMark(Mark.PROTECTED, true));
        fleet.rate = 30;
        fleet.until(60);
        assertThat(fleet.events("Park").getFirst()).endsWith("Park 2");
    }

    @Test
    void aFrozenServiceKeepsItsSizeButReplacesWhatFails() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.state = fleet.state.withFrozen(true);
        fleet.rate = 60;
        fleet.until(100);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).contains("frozen");
        fleet.rate = 900;
        fleet.until(120);
        assertThat(fleet.events).isEmpty();
        fleet.liveness.put(id(1), new Liveness.Exited(OptionalInt.of(1)));
        fleet.until(121);
        assertThat(fleet.events("Start")).hasSize(1);
    }

    @Test
    void observeRecordsWhatItWouldDoAndDoesNothing() {
        Fleet fleet = new Fleet(quick(2, 10).withMode(Policy.Mode.OBSERVE), 5);
        fleet.rate = 60;
        fleet.until(60);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.last.explanation().planned())
                .extracting(Planned::command)
                .hasOnlyElementsOfType(Command.Park.class);
        assertThat(fleet.holds()).contains("observe");
    }

    @Test
    void recommendStartsAndParksNothingButEndsWhatWasApproved() {
        Fleet fleet = new Fleet(quick(2, 10).withMode(Policy.Mode.RECOMMEND), 5);
        fleet.rate = 60;
        fleet.until(60);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).contains("recommend");
        InstanceId victim = fleet.last.explanation().planned().getFirst().command().id();
        fleet.state = fleet.state.after(new Command.Park(victim), fleet.now());
        fleet.until(61);
        assertThat(fleet.events("Rescue")).as("nobody had approved it").hasSize(1);
        fleet.until(120);
        fleet.state =
                fleet.state
                        .after(new Command.Park(victim), fleet.now())
                        .with(victim, i -> i.withMark(Mark.APPROVED, true));
        fleet.until(160);
        assertThat(fleet.events("Stop")).hasSize(1);
        assertThat(fleet.events("Park")).isEmpty();
        fleet.rate = 900;
        fleet.until(190);
        assertThat(fleet.events("Start")).isEmpty();
        assertThat(fleet.last.explanation().planned())
                .extracting(Planned::command)
                .hasOnlyElementsOfType(Command.Start.class);
    }

    @Test
    void anOrderedSizeIsReachedThroughTheSameRehearsal() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 60;
        fleet.state = fleet.state.withOrdered(OptionalInt.of(4));
        fleet.until(40);
        assertThat(fleet.events("Park")).hasSize(1);
        assertThat(fleet.events("Stop")).hasSize(1);
        fleet.state = fleet.state.withOrdered(OptionalInt.of(6));
        fleet.until(50);
        assertThat(fleet.serving()).isEqualTo(6);
    }

    @Test
    void aBusyHostAndFullMemoryHold() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 60;
        fleet.hostBusy = OptionalDouble.of(0.99);
        fleet.memory.put(id(4), 1000L << 20);
        fleet.until(100);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).contains("host_busy", "memory");
    }

    @Test
    void oneOfTwoMayGoOnlyWhenOneIsWhatTheOperatorAskedFor() {
        Fleet two = new Fleet(quick(2, 10), 2);
        two.rate = 1;
        two.until(100);
        assertThat(two.events).isEmpty();
        Fleet one = new Fleet(quick(1, 10), 2);
        one.rate = 1;
        one.until(300);
        assertThat(one.serving()).isEqualTo(1);
    }

    @Test
    void roomForOneFailureIsLeft() {
        Fleet fleet = new Fleet(quick(2, 10), 3);
        fleet.rate = 110;
        fleet.until(200);
        assertThat(fleet.events("Park"))
                .as("2 would be 55 %% used, 1 after a failure 110 %%")
                .isEmpty();
        assertThat(fleet.holds()).contains("projected_after_failure");
    }

    @Test
    void oneThatHangsIsMadeUpForOnce() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 290;
        fleet.until(30);
        fleet.health.put(id(2), Health.EJECTED);
        fleet.until(50);
        assertThat(fleet.events("Start")).hasSize(1);
        assertThat(fleet.state.find(id(6)).orElseThrow().replaces()).contains(id(2));
        fleet.until(100);
        assertThat(fleet.events("FAILED")).hasSize(1);
        assertThat(fleet.events("Start")).hasSize(1);
        assertThat(fleet.serving()).isEqualTo(5);
        assertThat(fleet.state.target()).isEqualTo(5);
    }

    @Test
    void oneThatRecoversInTimeCountsAgain() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.rate = 290;
        fleet.until(30);
        fleet.health.put(id(2), Health.EJECTED);
        fleet.until(40);
        fleet.health.put(id(2), Health.HEALTHY);
        fleet.until(45);
        assertThat(fleet.serving()).isEqualTo(6);
        fleet.liveness.put(id(2), new Liveness.Exited(OptionalInt.of(137)));
        fleet.until(46);
        assertThat(fleet.last.commands().getFirst().command())
                .isEqualTo(new Command.Start(id(7), Optional.of(id(2))));
    }

    @Test
    void aParkedInstanceThatDoesNotAnswerIsNoCapacity() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.untilParked();
        InstanceId parked =
                fleet.state.instances().stream().filter(Instance::isOnTrial).findFirst().get().id();
        fleet.health.put(parked, Health.EJECTED);
        fleet.rate = 290;
        fleet.until(fleet.seconds + 8);
        assertThat(fleet.events("Rescue")).isEmpty();
        assertThat(fleet.serving()).isEqualTo(5);
    }

    @Test
    void aTrialIsNotWonBeforeTheLoadIsKnownForLongEnough() {
        Policy p = quick(2, 5);
        var brief = new Policy.Trial(Duration.ofSeconds(5), Duration.ofSeconds(12), 0.01);
        var policy =
                new Policy(
                        p.mode(),
                        p.range(),
                        p.targets(),
                        p.out(),
                        p.in(),
                        brief,
                        p.drain(),
                        p.start(),
                        p.objective());
        Fleet fleet = new Fleet(policy, 5);
        fleet.rate = 60;
        fleet.untilParked();
        fleet.seconds += 30;
        double since = fleet.seconds;
        fleet.untilSo(f -> !f.events("Drain").isEmpty());
        assertThat(fleet.seconds - since).as("the stabilization window").isGreaterThan(20);
        assertThat(fleet.events("Rescue")).isEmpty();
    }

    @Test
    void oneThatNeverBecomesReadyIsStartedEverMoreSlowly() {
        Fleet fleet = new Fleet(quick(1, 3), 1);
        fleet.startsReady = false;
        fleet.until(1);
        fleet.liveness.put(id(1), new Liveness.Exited(OptionalInt.of(1)));
        fleet.until(1800);
        double[] starts =
                fleet.events("Start").stream().mapToDouble(DeciderTest::at).skip(8).toArray();
        for (int i = 1; i < starts.length; i++) {
            assertThat(starts[i] - starts[i - 1])
                    .as("the timeout of a start, and the longest wait")
                    .isGreaterThan(115);
        }
        assertThat(starts).hasSizeGreaterThan(3);
    }

    @Test
    void aServiceWithHardlyAnyLoadComesDownToItsMinimum() {
        Fleet fleet = new Fleet(quick(1, 10), 5);
        fleet.rate = 0;
        fleet.until(600);
        assertThat(fleet.serving()).isEqualTo(1);

        Fleet cheap = new Fleet(quick(1, 10), 5);
        cheap.cpuSecondsPerRequest = 0;
        cheap.cpuAtRest = false;
        cheap.rate = 20;
        cheap.until(600);
        assertThat(cheap.serving()).as("CPU below the clock's resolution").isEqualTo(1);
    }

    @Test
    void aCounterOfCpuThatStandsStillUnderLoadIsNoReading() {
        Fleet fleet = new Fleet(quick(2, 10), 5);
        fleet.cpuSecondsPerRequest = 0;
        fleet.cpuAtRest = false;
        fleet.rate = 2000;
        fleet.until(200);
        assertThat(fleet.events("Park")).isEmpty();
    }

    @Test
    void theSameInputsGiveTheSameDecision() {
        Fleet fleet = new Fleet(quick(2, 5), 5);
        fleet.rate = 60;
        fleet.until(45);
        Observation seen = fleet.observe();
        Explanation once = Decider.decide(fleet.state, seen, fleet.policy).explanation();
        Explanation twice = Decider.decide(fleet.state, seen, fleet.policy).explanation();
        assertThat(twice).isEqualTo(once);
    }
}
