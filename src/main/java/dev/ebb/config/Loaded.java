package dev.ebb.config;

import dev.ebb.config.Problem.Severity;
import java.util.List;
import java.util.Optional;

/**
 * What came of reading a configuration file.
 *
 * @param config empty if there was any error
 * @param problems errors and warnings, in the order of the file
 */
public record Loaded(String file, Optional<EbbConfig> config, List<Problem> problems) {
    public Loaded {
        problems = List.copyOf(problems);
    }

    /** One line for each problem of this severity. */
    public List<String> lines(Severity severity) {
        return problems.stream()
                .filter(problem -> problem.severity() == severity)
                .map(problem -> problem.line(file))
                .toList();
    }
}
