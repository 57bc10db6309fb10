package dev.ebb.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.Platform.Known;
import dev.ebb.core.Liveness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of an instance, and of all that belongs to it. */
class StopTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int STOP = 19;

    @TempDir Path state;

    @Test
    void asksAndTheInstanceEndsItsOwnWay() {
        try (var world =
                World.ofShell(
                        state,
                        "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05;"
                                + " done")) {
            var web = world.start();
            world.awaitOutput(web.id(), "up");
            world.platform().stop(web.id(), LONG);
            world.awaitExit(web.id());
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Exited(OptionalInt.of(7)));
            assertThat(world.awaitOutput(web.id(), "bye").lines()).containsOnlyOnce("bye");
            await().until(world.platform()::isQuiet);
        }
    }

    @Test
    void asksOnceHoweverOftenItIsTold() {
        try (var world =
                World.ofShell(
                        state,
                        "trap 'echo asked' TERM; echo up; while [ ! -e enough ]; do sleep 0.05;"
                                + " done")) {
            var web = world.start();
            world.awaitOutput(web.id(), "up");
            for (int i = 0; i < 5; i++) {
                world.platform().stop(web.id(), LONG);
            }
            world.awaitOutput(web.id(), "asked");
            for (int i = 0; i < 5; i++) {
                world.platform().stop(web.id(), LONG);
            }
            touch(state.resolve("enough"));
            world.awaitExit(web.id());
            await().until(world.platform()::isQuiet);
            world.platform().stop(web.id(), LONG);
            assertThat(world.output(web.id()).lines()).containsOnlyOnce("asked");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endsOneThatWillNotByForceAfterTheGrace() {
        try (var world =
                World.ofShell(state, "trap '' TERM; echo up; while :; do sleep 0.05; done")) {
            var web = world.start();
            world.awaitOutput(web.id(), "up");
            long began = System.nanoTime();
            world.platform().stop(web.id(), Duration.ofMillis(700));
            world.awaitExit(web.id());
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))
                    .isGreaterThanOrEqualTo(700);
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Exited(OptionalInt.of(137)));
        }
    }

    @Test
    void cannotBePutOffByALaterLongerGrace() {
        try (var world =
                World.ofShell(state, "trap '' TERM; echo up; while :; do sleep 0.05; done")) {
            var web = world.start();
            world.awaitOutput(web.id(), "up");
            world.platform().stop(web.id(), LONG);
            world.platform().stop(web.id(), Duration.ofMillis(100));
            world.platform().stop(web.id(), LONG);
            world.awaitExit(web.id());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Children and grandchildren that know nothing of signals.
                "(sleep 1000; true) & sleep 1000 & wait",
                // A wrapper that ends at once, while its child does not care.
                "(trap '' TERM; while :; do sleep 0.05; done) & echo child; wait",
                // A child in a session of its own, as a daemon would be.
                "setsid sleep 1000 & sleep 1000",
                // A child in a group of its own.
                "set -m; sleep 1000 & sleep 1000",
            })
    void endsChildrenAndTheirChildren(String line) {
        try (var world = World.ofShell(state, line + "; exit 0")) {
            var web = world.start();
            await().until(() -> world.bearing(web.intent()).size() >= 3);
            world.platform().stop(web.id(), Duration.ofMillis(500));
            await().until(world.platform()::isQuiet);
            assertThat(world.bearing(web.intent())).isEmpty();
        }
    }

    @Test
    void endsWhatACrashedInstanceLeavesBehind() {
        try (var world = World.ofShell(state, "sleep 1000 & sleep 1000 & wait")) {
            var web = world.start();
            await().until(() -> world.bearing(web.intent()).size() == 3);
            Signals.send(web.pid(), Signals.KILL);
            world.awaitExit(web.id());
            await().until(world.platform()::isQuiet);
            assertThat(world.bearing(web.intent())).isEmpty();
            world.platform().forget(web.id());
            assertThat(state.resolve("run").resolve("web-1")).doesNotExist();
        }
    }

    @Test
    void stopsOneThatIsFrozen() {
        try (var world =
                World.ofShell(
                        state,
                        "trap 'echo bye; exit 0' TERM; echo up; while :; do"
                                + " sleep 0.05; done")) {
            var web = world.start();
            world.awaitOutput(web.id(), "up");
            assertThat(Signals.send(-web.pid(), STOP)).isTrue();
            await().until(() -> world.stat(web.pid()).orElseThrow().state() == 'T');
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Running());
            world.platform().stop(web.id(), LONG);
            world.awaitExit(web.id());
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Exited(OptionalInt.of(0)));
        }
    }

    @Test
    void endsAFrozenOneByForceToo() {
        try (var world = World.of(state, "sleep", "1000")) {
            var web = world.start();
            Signals.send(web.pid(), STOP);
            world.platform().stop(web.id(), Duration.ZERO);
            world.awaitExit(web.id());
        }
    }

    @Test
    void leavesAProcessAloneThatOnlyHasThePidOfAnInstance() throws Exception {
        Process stranger = new ProcessBuilder("setsid", "sleep", "1000").start();
        try (var world = World.of(state, "true")) {
            var intent = world.plan();
            var real = await().until(() -> world.stat(stranger.pid()), Optional::isPresent).get();
            String boot = world.proc.bootId().orElseThrow();
            var fake = new Identity(boot, stranger.pid(), real.startTicks() - 1);
            var other = new Identity("0f0f", stranger.pid(), real.startTicks());
            for (Identity identity : List.of(fake, other)) {
                var known = new Known(intent, Optional.of(identity.toString()));
                assertThat(world.platform().adopt(List.of(known))).isEmpty();
                world.platform().stop(intent.id(), Duration.ZERO);
                await().until(world.platform()::isQuiet);
                assertThat(stranger.isAlive()).isTrue();
            }
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    @Test
    void leavesAProcessAloneThatBearsAnotherToken() throws Exception {
        var builder = new ProcessBuilder("setsid", "sleep", "1000");
        builder.environment().put("EBB_TOKEN", "of somebody else");
        Process stranger = builder.start();
        try (var world = World.of(state, "true")) {
            var intent = world.plan();
            var real = await().until(() -> world.stat(stranger.pid()), Optional::isPresent).get();
            String boot = world.proc.bootId().orElseThrow();
            var identity = new Identity(boot, stranger.pid(), real.startTicks());
            var known = new Known(intent, Optional.of(identity.toString()));
            assertThat(world.platform().adopt(List.of(known))).isEmpty();
            await().until(world.platform()::isQuiet);
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    @Test
    void neverSignalsAGroupThatItSharesWithOthers() throws Exception {
        // A bystander in a group, and in the same group one that bears the token.
        var builder =
                new ProcessBuilder(
                        "setsid", "sh", "-c", "EBB_TOKEN=$T sleep 1000 & unset T; exec sleep 1001");
        try (var world = World.of(state, "true")) {
            var intent = world.plan();
            builder.environment().put("T", intent.token());
            Process bystander = builder.start();
            try {
                await().until(() -> world.bearing(intent).size() == 1);
                var known = new Known(intent, Optional.empty());
                assertThat(world.platform().adopt(List.of(known))).isEmpty();
                await().until(world.platform()::isQuiet);
                assertThat(world.bearing(intent)).isEmpty();
                assertThat(bystander.isAlive()).isTrue();
            } finally {
                bystander.destroyForcibly().waitFor();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1})
    void neverSignalsEverybody(long target) {
        assertThatThrownBy(() -> Signals.send(target, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void touch(Path file) throws IOException {
        Files.writeString(file, "");
    }
}
