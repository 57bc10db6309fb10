package dev.ebb.cli;

import dev.ebb.sim.lab.InputProblem;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.TraceFiles;
import dev.ebb.sim.lab.TraceOptions;
import dev.ebb.sim.lab.TraceRead;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How files of recorded load are to be read, and reading them. */
final class TraceInput {
    @Option(
            names = "--series",
            paramLabel = "LABEL=VALUE",
            description =
                    "Of several series in an answer of Prometheus, those with this label; may be"
                            + " repeated. Without it they are added up.")
    private Map<String, String> series = new LinkedHashMap<>();

    @Option(
            names = "--log-step",
            paramLabel = "TIME",
            description = "Count the lines of an access log over this long: 10s without it.")
    private Optional<String> logStep = Optional.empty();

    TraceOptions options() {
        double usual = TraceOptions.DEFAULT.logStep();
        try {
            return new TraceOptions(series, Spans.seconds("--log-step", logStep, usual));
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, "--log-step: " + e.getMessage());
        }
    }

    /** All files, each by another name; what is to be said of them goes to {@code err}. */
    List<Trace> read(List<Path> files, PrintWriter err) {
        Map<String, Trace> all = new LinkedHashMap<>();
        for (Path file : files) {
            TraceRead read = read(file, options());
            read.notes().forEach(note -> err.println("ebb: " + note));
            if (all.put(read.trace().name(), read.trace()) != null) {
                throw new Failure(
                        Exit.USAGE,
                        file
                                + ": another trace is named "
                                + read.trace().name()
                                + "; rename a file");
            }
        }
        err.flush();
        return List.copyOf(all.values());
    }

    private static TraceRead read(Path file, TraceOptions options) {
        try {
            return TraceFiles.read(file, options);
        } catch (InputProblem e) {
            throw new Failure(Exit.USAGE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, file + ": cannot be read: " + e.getMessage());
        }
    }
}
