package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.Problem.Severity;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What bounds a service beside its load, written wrongly, and the lines that answer it. */
class BoundsErrorsTest {
    private static final String SERVICE =
            """
            services:
              web:
                run: {command: serve}
                instances: 2..4
            """;

    private static Arguments bad(String yaml, String... lines) {
        return Arguments.of(yaml, List.of(lines));
    }

    private static Arguments inService(String line, String... lines) {
        return bad(SERVICE + "    " + line + "\n", lines);
    }

    private static Arguments scheduled(String keys, String... lines) {
        return inService("policy: {schedules: {name: launch, " + keys + "}}", lines);
    }

    static Stream<Arguments> schedules() {
        return Stream.of(
                scheduled(
                        "for: 2h, min: 3",
                        "f.yaml:5:25: it says not when; give 'cron', or 'at' with 'days' or"
                                + " 'dates'"),
                scheduled(
                        "at: 08:00, min: 3",
                        "f.yaml:5:25: 'for' is missing; it is a duration such as 500ms, 10s or 2m,"
                                + " from 60s to 168h"),
                scheduled(
                        "at: 08:00, for: 2h",
                        "f.yaml:5:25: it asks for nothing; give 'min', 'max' or both"),
                scheduled(
                        "at: 25:00, for: 2h, min: 3",
                        "f.yaml:5:44: '25:00' is no time of the day; write for example 08:30"),
                scheduled(
                        "at: 08:00, days: monday, for: 2h, min: 3",
                        "f.yaml:5:57: 'monday' is no day; write for example mon, or mon-fri"),
                scheduled(
                        "at: 08:00, dates: 26.11.2027, for: 2h, min: 3",
                        "f.yaml:5:58: '26.11.2027' is no date; write for example 2027-11-26"),
                scheduled(
                        "at: 08:00, cron: '0 8 * * *', for: 2h, min: 3",
                        "f.yaml:5:25: 'cron' and 'at' are both here; keep one of them"),
                scheduled(
                        "cron: '0 8 * * *', days: mon, for: 2h, min: 3",
                        "f.yaml:5:65: 'days' goes with 'at', not with 'cron'; remove one"),
                scheduled(
                        "cron: '0 8 * *', for: 2h, min: 3",
                        "f.yaml:5:46: '0 8 * *' has 4 fields and not 5; write minute, hour, day of"
                                + " the month, month, day of the week"),
                scheduled(
                        "cron: '0 24 * * *', for: 2h, min: 3",
                        "f.yaml:5:46: '0 24 * * *' has '24' for its hour; that is *, or from 0 to"
                                + " 23, with - , and / as in a crontab"),
                scheduled(
                        "cron: '0 8 * * fri#1', for: 2h, min: 3",
                        "f.yaml:5:46: '0 8 * * fri#1' has 'fri#1' for its day of the week; that is"
                                + " *, or from 0 to 7, or a name such as sat, with - , and / as in"
                                + " a crontab"),
                scheduled(
                        "cron: '* * * * *', for: 2h, min: 3",
                        "f.yaml:5:46: '* * * * *' begins more than 96 times a day"),
                scheduled(
                        "cron: '0 8 30 feb *', for: 2h, min: 3",
                        "f.yaml:5:46: it never begins: there is no such day"),
                scheduled(
                        "at: 08:00, for: 2h, min: 3, timezone: Europe/Berlim",
                        "f.yaml:5:78: 'Europe/Berlim' is no time zone; did you mean"
                                + " 'Europe/Berlin'?"),
                scheduled(
                        "at: 08:00, for: 2h, min: 4, max: 3",
                        "f.yaml:5:73: min 4 is more than max 3"),
                scheduled(
                        "at: 08:00, for: 2h, min: 5",
                        "f.yaml:5:13: schedule 'launch' wants at least 5, 'instances' allows 4;"
                                + " raise its max"),
                scheduled(
                        "at: 08:00, for: 2h, max: 1",
                        "f.yaml:5:13: schedule 'launch' allows 1, 'instances' wants at least 2;"
                                + " lower its min"),
                inService(
                        "policy: {schedules: [{name: a, at: 1:00, for: 2h, min: 3}, {name: a,"
                                + " at: 2:00, for: 2h, min: 3}]}",
                        "f.yaml:5:64: the schedule 'a' is here twice; rename one"));
    }

    private static String service(String name, String caller) {
        String bound = "{not-below: {service: %s, ratio: 0.5}}".formatted(caller);
        return "  %1$s: {run: {command: x}, instances: 2..9, route: {path: /%1$s}, policy: %2$s}\n"
                .formatted(name, bound);
    }

    static Stream<Arguments> callers() {
        return Stream.of(
                bad(
                        "services:\n" + service("a", "b") + service("b", "c") + service("c", "a"),
                        "f.yaml:2:3: 'not-below' goes round in a circle, a -> b -> c -> a; remove"
                                + " one"),
                bad(
                        "services:\n" + service("x", "a") + service("a", "b") + service("b", "a"),
                        "f.yaml:2:3: 'not-below' goes round in a circle, a -> b -> a; remove one"),
                bad(
                        "services:\n" + service("a", "a"),
                        "f.yaml:2:3: 'not-below' goes round in a circle, a -> a; remove one"),
                bad(
                        SERVICE + service("a", "wep"),
                        "f.yaml:5:3: 'a' is not to be below 'wep', and there is no such service;"
                                + " did you mean 'web'?"),
                inService(
                        "policy: {not-below: {service: web}}",
                        "f.yaml:5:25: 'ratio' is missing; it is a number from 0.001 to 1000"),
                inService(
                        "policy: {not-below: {service: web, ratio: 0}}",
                        "f.yaml:5:47: '0' is out of range; it is from 0.001 to 1000"),
                inService(
                        "policy: {in: {per-hour: many}}",
                        "f.yaml:5:29: 'many' is no whole number; it is one from 1 to 1000"),
                inService(
                        "policy: {in: {per-hour: 0%}}",
                        "f.yaml:5:29: '0%' is out of range; it is from 0.1% to 100%"));
    }

    @Test
    void aCalledServiceThatCannotKeepUpIsAWarning() {
        Loaded loaded =
                ConfigFile.read("f.yaml", SERVICE.replace("2..4", "2..40") + service("a", "web"));
        assertThat(loaded.config()).isPresent();
        assertThat(loaded.lines(Severity.WARNING))
                .containsExactly(
                        "f.yaml:5:3: warning: 'a' is to have 20 when 'web' has its 40, and"
                                + " 'instances' allows 9");
    }

    @Test
    void aFloorAboveACeilingAtTheSameTimeIsAWarning() {
        Loaded loaded =
                ConfigFile.read(
                        "f.yaml",
                        SERVICE
                                + """
                                    policy:
                                      schedules:
                                      - {name: night, at: "22:00", for: 10h, max: 2}
                                      - {name: launch, cron: "0 6 * * mon", for: 2h, min: 4}
                                      - {name: lunch, cron: "0 12 * * *", for: 2h, min: 4}
                                """);
        assertThat(loaded.config()).isPresent();
        assertThat(loaded.lines(Severity.WARNING))
                .containsExactly(
                        "f.yaml:8:9: warning: schedule 'launch' wants at least 4 while 'night'"
                                + " allows 2: the floor goes first");
    }

    @ParameterizedTest
    @MethodSource({"schedules", "callers"})
    void saysWhatIsWrongAndWhatWouldBeRight(String yaml, List<String> expected) {
        Loaded loaded = ConfigFile.read("f.yaml", yaml);
        assertThat(loaded.lines(Severity.ERROR)).isEqualTo(expected);
        assertThat(loaded.config()).isEmpty();
    }
}
