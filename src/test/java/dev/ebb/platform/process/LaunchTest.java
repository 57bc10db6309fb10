package dev.ebb.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.Platform.Planned;
import dev.ebb.control.Platform.Started;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.platform.process.LaunchSettings.LogLimits;
import dev.ebb.platform.process.LaunchSettings.PortRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an instance is given, and what becomes of those that cannot start. */
class LaunchTest {
    @TempDir Path state;

    @Test
    void fillsInPlaceholdersAndTellsTheInstanceWhoItIs() throws IOException {
        Path folder = Files.createDirectory(state.resolve("of-web-1"));
        var settings =
                new LaunchSettings(
                        List.of(
                                "sh",
                                "-c",
                                "echo args \"$@\"; echo env $PORT $EBB_INSTANCE $EBB_SERVICE $URL"
                                        + " ${#EBB_TOKEN}; pwd; echo ${HOME_OF_NOBODY:-fallback};"
                                        + " read -r x; echo \"stdin [$x]\"; exec sleep 1000",
                                "sh",
                                "${port}",
                                "${instance}",
                                "${service}",
                                "${host}",
                                "${other}"),
                        state.resolve("of-${instance}"),
                        Map.of("URL", "http://${host}:${port}/$1"),
                        "127.0.0.1",
                        Optional.empty(),
                        LogLimits.DEFAULT);
        try (var world = new World(state, settings)) {
            var web = world.start();
            int port = web.intent().port();
            assertThat(world.awaitOutput(web.id(), "stdin").lines())
                    .containsExactly(
                            "args " + port + " web-1 web 127.0.0.1 ${other}",
                            "env " + port + " web-1 web http://127.0.0.1:" + port + "/$1 32",
                            folder.toRealPath().toString(),
                            "fallback",
                            "stdin []");
        }
    }

    @Test
    void passesOnVariablesWhoseNamesAShellWouldDrop() {
        var settings =
                new LaunchSettings(
                        List.of("env"),
                        state,
                        Map.of("spring.profiles", "for ${instance}", "PLAIN", "b"),
                        "127.0.0.1",
                        Optional.empty(),
                        LogLimits.DEFAULT);
        try (var world = new World(state, settings)) {
            var web = world.start();
            assertThat(world.awaitOutput(web.id(), "spring.profiles=for web-1\n"))
                    .contains("PLAIN=b\n");
        }
    }

    @Test
    void keepsItsOwnSettingsToItself() {
        var inherited =
                Map.of(
                        "PATH", "/bin",
                        "EBB_STATE", "/secret",
                        "EBB_TOKEN", "of an outer Ebb",
                        "NOTIFY_SOCKET", "/run/notify",
                        "BASH_FUNC_f%%", "() { :; }",
                        "AWS_REGION", "x");
        try (var world = World.of(state, "true")) {
            var intent = world.plan();
            var settings = LaunchSettings.of(List.of("true"), state);
            var environment = new ChildEnvironment(inherited, settings, intent);
            assertThat(environment.variables())
                    .containsOnlyKeys(
                            "PATH",
                            "AWS_REGION",
                            "PORT",
                            "EBB_INSTANCE",
                            "EBB_SERVICE",
                            "EBB_TOKEN")
                    .containsEntry("EBB_TOKEN", intent.token());
            assertThat(environment.odd()).isEmpty();
        }
    }

    @Test
    void runsEachInASessionOfItsOwn() {
        try (var world = World.ofShell(state, "sleep 1000 & wait")) {
            var web = world.start();
            ProcStat ours = world.stat(ProcessHandle.current().pid()).orElseThrow();
            ProcStat its = world.stat(web.pid()).orElseThrow();
            // A terminal's Ctrl-C goes to its foreground group, and its hang-up to its session.
            assertThat(its.session()).isEqualTo(web.pid()).isNotEqualTo(ours.session());
            assertThat(its.group()).isEqualTo(web.pid()).isNotEqualTo(ours.group());
            await().until(() -> world.bearing(web.intent()).size() == 2);
            assertThat(world.leaders(web.intent())).containsExactly(web.pid());
            assertThat(world.platform().leaderPid(web.id())).hasValue(web.pid());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "no-such-command-anywhere, was not found in PATH",
        "./no-such-file, does not exist",
        "./plain-file, is no executable file",
        "/, is no executable file",
    })
    void saysWhyACommandCannotBeStarted(String command, String why) throws IOException {
        Files.writeString(state.resolve("plain-file"), "");
        try (var world = World.of(state, command)) {
            var intent = world.plan();
            assertThat(world.platform().start(intent))
                    .isInstanceOfSatisfying(
                            Started.Failed.class,
                            failed -> assertThat(failed.why()).contains(command, why));
            assertThat(world.look(intent.id()))
                    .isInstanceOfSatisfying(
                            Liveness.NotStarted.class,
                            not -> assertThat(not.why()).contains(command, why));
            assertThat(world.bearing(intent)).isEmpty();
            world.platform().forget(intent.id());
            assertThat(world.platform().look()).isEmpty();
        }
    }

    @Test
    void saysThatAWorkingDirectoryIsMissing() {
        var settings = LaunchSettings.of(List.of("true"), Path.of("/no/such/${instance}"));
        try (var world = new World(state, settings)) {
            assertThat(world.platform().start(world.plan()))
                    .isEqualTo(
                            new Started.Failed(
                                    "the working directory /no/such/web-1 does not exist"));
        }
    }

    @Test
    void toleratesTextThatNoProcessCanBeGiven() {
        try (var world = World.of(state, "echo", "a\0b")) {
            assertThat(world.platform().start(world.plan())).isInstanceOf(Started.Failed.class);
        }
        try (var world = World.of(state, "ec\0ho")) {
            assertThat(world.platform().start(world.plan())).isInstanceOf(Started.Failed.class);
        }
    }

    @Test
    void seesOneThatExitsAtOnceAndItsCode() {
        try (var world = World.ofShell(state, "echo no luck >&2; exit 3")) {
            var web = world.start();
            await().until(() ->
                    world.look(web.id()).equals(new Liveness.Exited(OptionalInt.of(3))));
            assertThat(world.awaitOutput(web.id(), "no luck")).isEqualTo("no luck\n");
            assertThat(world.platform().leaderPid(web.id())).isEmpty();
        }
    }

    @Test
    void startsEvenWhenItsOutputCannotBeKept() throws IOException {
        Files.writeString(state.resolve("logs"), "in the way of the folder");
        try (var world = World.of(state, "sleep", "1000")) {
            var web = world.start();
            assertThat(world.look(web.id())).isEqualTo(new Liveness.Running());
        }
    }

    @Test
    void givesEachItsOwnPort() {
        try (var world = World.of(state, "true")) {
            var ports = new HashSet<Integer>();
            for (int i = 0; i < 50; i++) {
                ports.add(world.plan().port());
            }
            assertThat(ports).hasSize(50).allMatch(port -> port >= 20_000 && port < 30_000);
        }
    }

    @Test
    void passesOverPortsInUseAndSaysWhenARangeIsUsedUp() throws IOException {
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = taken.getLocalPort();
            var settings =
                    new LaunchSettings(
                            List.of("true"),
                            state,
                            Map.of(),
                            "127.0.0.1",
                            Optional.of(new PortRange(port, port)),
                            LogLimits.DEFAULT);
            try (var world = new World(state, settings)) {
                assertThat(world.platform().plan(new InstanceId(World.WEB, 1), new Now(0, 0)))
                        .isEqualTo(
                                new Planned.Impossible(
                                        "no port from "
                                                + port
                                                + " to "
                                                + port
                                                + " is free for web-1"));
            }
        }
    }

    @Test
    void refusesAServiceThatNobodyDescribed() {
        try (var world = World.of(state, "true")) {
            var stranger = new InstanceId(new ServiceName("other"), 1);
            assertThat(world.platform().plan(stranger, new Now(0, 0)))
                    .isInstanceOf(Planned.Impossible.class);
        }
    }
}
