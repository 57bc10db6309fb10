package dev.ebb.cli;

import dev.ebb.console.Wire;
import dev.ebb.control.ReplayReport;
import dev.ebb.core.ServiceName;
import dev.ebb.journal.JournalReader;
import dev.ebb.journal.ReplayReader;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb replay [SERVICE]}: makes the decisions on record again and compares them. */
@Command(
        name = "replay",
        header = "Make recorded decisions again, and see whether they come out the same.",
        description = {
            "Reads the journal: all that Ebb saw, decided and did is in it. From a state on"
                    + " record, the program decides again on each observation, carries out what"
                    + " was really carried out, and compares: what was wanted and why, with every"
                    + " figure; which instances moved on by facts; and now and then all that it"
                    + " remembers.",
            "",
            "Exit code 0 when at least one decision was made again and all agree, else 1."
                    + " Observations have a limit on disk; of many instances, some are left out."
                    + " What cannot be made again exactly is listed with its reason and is no"
                    + " difference; the replay goes on with the next state on record, minutes"
                    + " later.",
            "",
            "Needs no running Ebb, changes nothing, and may be used while one runs. A difference"
                    + " means that the program has changed since, or a mistake in it; please"
                    + " report the latter.",
            ""
        })
final class ReplayCommand implements Callable<Integer> {
    private static final Pattern SPAN = Pattern.compile("(\\d{1,6})([smhd])");

    @Spec private CommandSpec spec;
    @Mixin private StateOption state;

    @Parameters(
            paramLabel = "SERVICE",
            arity = "0..1",
            description = "A service's name; all services without it.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--last",
            paramLabel = "TIME",
            description = "Only what was decided in the last 30s, 10m, 2h or 1d.")
    private Optional<String> last = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Only what was decided from then on: 2026-11-23T02:30:00, in local time, or"
                            + " with Z at its end in UTC.")
    private Optional<String> from = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        name.filter(n -> !ServiceName.isValid(n))
                .ifPresent(n -> {
                    throw new Failure(Exit.USAGE, "'" + n + "' is no service's name");
                });
        long fromMillis = fromMillis(System.currentTimeMillis());
        var damage = new ArrayList<String>();
        List<ReplayReport> reports = read(fromMillis, damage);
        for (String one : damage) {
            spec.commandLine().getErr().println("ebb: the journal is damaged: " + one);
        }
        if (reports.isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    "the journal in %s knows no service%s"
                            .formatted(
                                    state.path(),
                                    name.map(n -> " of the name '" + n + "'").orElse("")));
        }
        boolean good = reports.stream().allMatch(ReplayReport::isGood);
        var out = spec.commandLine().getOut();
        if (json) {
            var root = new LinkedHashMap<String, Object>();
            root.put("good", good);
            root.put("services", reports);
            out.println(Wire.pretty(root));
        } else {
            var text = new ReplayText(System.currentTimeMillis());
            reports.forEach(text::add);
            text.lines().forEach(out::println);
        }
        return good ? Exit.OK : Exit.FAILED;
    }

    private List<ReplayReport> read(long fromMillis, List<String> damage) {
        if (!Files.isDirectory(state.path())) {
            throw new Failure(
                    Exit.FAILED,
                    "there is no state directory %s; choose one with --state"
                            .formatted(state.path()));
        }
        var reader =
                new ReplayReader(new JournalReader(state.path(), d -> damage.add(d.toString())));
        try {
            return reader.replay(
                    service -> name.map(service.value()::equals).orElse(true), fromMillis);
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "the journal in %s cannot be read: %s".formatted(state.path(), e.getMessage()));
        }
    }

    private long fromMillis(long nowMillis) {
        if (last.isPresent() && from.isPresent()) {
            throw new Failure(Exit.USAGE, "either --last or --from, not both");
        }
        return last.map(text -> nowMillis - span(text).toMillis())
                .or(() -> from.map(ReplayCommand::moment))
                .orElse(Long.MIN_VALUE);
    }

    private static Duration span(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            throw new Failure(
                    Exit.USAGE, "--last: '" + text + "' is no time like 30s, 10m, 2h or 1d");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static long moment(String text) {
        try {
            return text.endsWith("Z")
                    ? Instant.parse(text).toEpochMilli()
                    : LocalDateTime.parse(text)
                            .atZone(ZoneId.systemDefault())
                            .toInstant()
                            .toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new Failure(
                    Exit.USAGE, "--from: '" + text + "' is no time like 2026-11-23T02:30:00");
        }
    }
}
