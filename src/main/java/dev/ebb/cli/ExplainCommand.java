package dev.ebb.cli;

import dev.ebb.console.AdminClient;
import dev.ebb.console.View;
import dev.ebb.console.Wire;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Explanation;
import dev.ebb.core.ServiceName;
import dev.ebb.journal.JournalReader;
import dev.ebb.journal.Stored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb explain SERVICE}: what was done and why, and what holds the next step. */
@Command(
        name = "explain",
        header = "Say why a service has the size it has, and what comes next.",
        description = {
            "From the running Ebb: how many instances each resource asks for, what is planned and"
                    + " for what reason, what holds it and what would end the hold, and which"
                    + " instances would be let go first. From the journal: what was done lately,"
                    + " and why.",
            "",
            "Without a running Ebb the journal alone speaks.",
            ""
        })
final class ExplainCommand implements Callable<Integer> {
    /** A decision may be repeated many times between two things that were done. */
    private static final int READ_FACTOR = 20;

    @Spec private CommandSpec spec;
    @Mixin private StateOption state;

    @Parameters(paramLabel = "SERVICE", description = "A service's name.")
    private String name = "";

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "15",
            description = "How much of what was done to show: ${DEFAULT-VALUE} lines.")
    private int most = 15;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is to be told, wherever it comes from. */
    private record Told(
            Optional<ServiceStatus> now,
            Optional<JournalEntry.Decided> decided,
            List<Story> history,
            List<String> damage) {}

    @Override
    public Integer call() {
        if (!ServiceName.isValid(name)) {
            throw new Failure(Exit.USAGE, "'" + name + "' is no service's name; see: ebb status");
        }
        var service = new ServiceName(name);
        Optional<View> view = state.talkIfRunning(AdminClient::view);
        Told told = told(service, view);
        for (String damage : told.damage()) {
            spec.commandLine().getErr().println("ebb: the journal is damaged: " + damage);
        }
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Wire.pretty(json(told)));
        } else {
            Ink ink = Ink.of(Ink.isTerminal());
            long now =
                    view.map(v -> v.status().at().wallMillis())
                            .orElseGet(System::currentTimeMillis);
            var text = new ExplainText(ink, now);
            told.now()
                    .ifPresentOrElse(
                            s -> text.present(s),
                            () -> told.decided().ifPresent(d -> text.past(d)));
            text.history(told.history(), view.isPresent());
            text.lines().forEach(out::println);
        }
        return Exit.OK;
    }

    private Told told(ServiceName service, Optional<View> view) {
        Optional<ServiceStatus> now =
                view.flatMap(v ->
                        v.status().services().stream()
                                .filter(s -> s.name().equals(service))
                                .findFirst());
        var damage = new ArrayList<String>();
        var reader = new JournalReader(state.path(), d -> damage.add(d.toString()));
        List<Stored.Known> entries;
        try {
            entries = reader.tail(service, Math.max(1, most) * READ_FACTOR);
        } catch (IOException e) {
            if (now.isPresent()) {
                return new Told(now, Optional.empty(), List.of(), List.of(e.toString()));
            }
            throw new Failure(
                    Exit.FAILED,
                    "the journal in %s cannot be read: %s".formatted(state.path(), e.getMessage()));
        }
        boolean known = entries.stream().anyMatch(e -> isAbout(e.entry(), service));
        if (now.isEmpty() && !known) {
            throw new Failure(
                    view.isPresent() ? Exit.FAILED : Exit.NOT_RUNNING,
                    view.map(v -> "there is no service '" + name + "'; " + services(v))
                            .orElse(
                                    "no Ebb runs with the state directory %s, and its journal does"
                                                    .formatted(state.path())
                                            + " not know the service '"
                                            + name
                                            + "'"));
        }
        List<Story> stories = entries.stream().flatMap(e -> Story.of(e.entry()).stream()).toList();
        return new Told(
                now,
                entries.stream()
                        .map(Stored.Known::entry)
                        .filter(JournalEntry.Decided.class::isInstance)
                        .map(JournalEntry.Decided.class::cast)
                        .reduce((a, b) -> b),
                stories.subList(Math.max(0, stories.size() - most), stories.size()),
                damage);
    }

    /** Entries about all services are in the tail, too. */
    private static boolean isAbout(JournalEntry entry, ServiceName service) {
        return switch (entry) {
            case JournalEntry.Configured e -> e.service().equals(service);
            case JournalEntry.Decided e -> e.service().equals(service);
            case JournalEntry.Moved e -> e.id().service().equals(service);
            default -> false;
        };
    }

    private static String services(View view) {
        List<String> names = view.status().services().stream().map(s -> s.name().value()).toList();
        return "there is: " + String.join(", ", names);
    }

    private Map<String, Object> json(Told told) {
        var root = new LinkedHashMap<String, Object>();
        root.put("service", name);
        root.put("running", told.now().isPresent());
        root.put("now", told.now());
        root.put("last_decision", told.decided().map(d -> decision(d)));
        root.put("history", told.history());
        return root;
    }

    private static Map<String, Object> decision(JournalEntry.Decided decided) {
        Explanation explanation = decided.explanation();
        var map = new LinkedHashMap<String, Object>();
        map.put("wall_millis", decided.wallMillis());
        map.put("explanation", explanation);
        return map;
    }
}
