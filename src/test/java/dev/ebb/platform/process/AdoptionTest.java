package dev.ebb.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.Platform.Known;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new Ebb finds the instances of the one before. */
class AdoptionTest {
    private static final String FAMILY = "sleep 1000 & sleep 1000 & wait";

    @TempDir Path state;

    @Test
    void findsByIdentityAndSeesTheExitOfOneThatIsNoChild() {
        try (var world = World.ofShell(state, FAMILY)) {
            var web = world.start();
            var after = world.restart();
            var known = new Known(web.intent(), Optional.of(web.identity().toString()));
            assertThat(after.adopt(List.of(known)))
                    .isEqualTo(Map.of(web.id(), web.identity().toString()));
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Running());
            assertThat(after.leaderPid(web.id())).hasValue(web.pid());
            assertThat(after.plan(web.id(), new Now(0, 0)).toString())
                    .doesNotContain("port=" + web.intent().port());

            after.stop(web.id(), Duration.ofSeconds(30));
            world.awaitExit(web.id());
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Exited(OptionalInt.empty()));
            await().until(after::isQuiet);
            assertThat(world.bearing(web.intent())).isEmpty();
        }
    }

    @Test
    void findsByTheRunFileWhereTheJournalHasOnlyTheIntent() {
        try (var world = World.ofShell(state, FAMILY)) {
            var web = world.start();
            var known = new Known(web.intent(), Optional.empty());
            assertThat(world.restart().adopt(List.of(known)))
                    .isEqualTo(Map.of(web.id(), web.identity().toString()));
        }
    }

    @Test
    void findsTheLeaderByTheTokenAndNotItsChildren() throws IOException {
        try (var world = World.ofShell(state, "setsid sleep 1000 & " + FAMILY)) {
            var web = world.start();
            await().until(() -> world.leaders(web.intent()).size() == 2);
            await().until(() -> world.bearing(web.intent()).size() == 4);
            Files.delete(state.resolve("run").resolve("web-1"));
            var known = new Known(web.intent(), Optional.empty());
            assertThat(world.restart().adopt(List.of(known)))
                    .isEqualTo(Map.of(web.id(), web.identity().toString()));
        }
    }

    @Test
    void findsOneThatHasOverwrittenItsEnvironment() {
        // exec env -i leaves a process without any environment, as a set title would.
        try (var world = World.ofShell(state, "exec env -i sleep 1000")) {
            var web = world.start();
            await().until(() -> world.bearing(web.intent()).isEmpty());
            var known = new Known(web.intent(), Optional.empty());
            var after = world.restart();
            assertThat(after.adopt(List.of(known)))
                    .isEqualTo(Map.of(web.id(), web.identity().toString()));
            after.stop(web.id(), Duration.ofSeconds(30));
            world.awaitExit(web.id());
        }
    }

    @Test
    void doesNotFindWhatWasOnlyIntended() {
        try (var world = World.ofShell(state, FAMILY)) {
            var intent = world.plan();
            var after = world.restart();
            assertThat(after.adopt(List.of(new Known(intent, Optional.empty())))).isEmpty();
            assertThat(after.look()).isEmpty();
        }
    }

    @Test
    void countsOneAsEndedWhoseLeaderDiedAndEndsItsChildren() {
        try (var world = World.ofShell(state, FAMILY)) {
            var web = world.start();
            await().until(() -> world.bearing(web.intent()).size() == 3);
            var after = world.restart();
            Signals.send(web.pid(), Signals.KILL);
            await().until(() -> world.bearing(web.intent()).size() == 2);
            var known = new Known(web.intent(), Optional.of(web.identity().toString()));
            assertThat(after.adopt(List.of(known))).isEmpty();
            await().until(after::isQuiet);
            assertThat(world.bearing(web.intent())).isEmpty();
            assertThat(state.resolve("run").resolve("web-1")).doesNotExist();
        }
    }

    @Test
    void endsTheRemainsOfOneThatTheJournalHasForgottenButNotALiveOne() {
        try (var world = World.ofShell(state, FAMILY)) {
            var dead = world.start();
            var alive = world.start();
            await().until(() -> world.bearing(dead.intent()).size() == 3);
            await().until(() -> world.bearing(alive.intent()).size() == 3);
            var after = world.restart();
            Signals.send(dead.pid(), Signals.KILL);
            await().until(() -> world.bearing(dead.intent()).size() == 2);
            assertThat(after.adopt(List.of())).isEmpty();
            await().until(after::isQuiet);
            assertThat(world.bearing(dead.intent())).isEmpty();
            assertThat(world.bearing(alive.intent())).hasSize(3);
        }
    }

    @Test
    void whatTheShellAtTheGateWasToRunDoesNotRunWithoutTheWord() throws Exception {
        // The gate by itself: Ebb ends (the pipe breaks) before it has said the word.
        try (var world = World.of(state, "true")) {
            var intent = world.plan();
            var builder = new ProcessBuilder(Spawner.behindGate("setsid", List.of("touch", "ran")));
            builder.directory(state.toFile());
            builder.environment().put("EBB_TOKEN", intent.token());
            Process gate = builder.start();
            await().until(() -> world.leaders(intent).contains(gate.pid()));
            gate.getOutputStream().close();
            assertThat(gate.waitFor()).isEqualTo(125);
            assertThat(state.resolve("ran")).doesNotExist();
        }
    }
}
