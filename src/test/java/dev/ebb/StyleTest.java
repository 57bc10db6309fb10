package dev.ebb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The house style, as far as a machine can see it. Each rule is also held against a sample that
 * breaks it and one that keeps it, so that a rule which sees nothing cannot pass for one that
 * holds.
 */
class StyleTest {

    private static final Path PROJECT = Path.of(System.getProperty("ebb.project", "."));
    private static final int MOST_LINES = 500;
    private static final int MOST_COLUMNS = 100;

    // Written in two parts, because this file is held to its own rules.
    private static final String LEFT_OVER = "TO" + "DO";
    private static final String SLEEP = "Thread" + ".sleep";

    private static final Pattern GETTER =
            Pattern.compile("^\\s*(?:[\\w.<>\\[\\]?,@]+\\s+)+get[A-Z]\\w*\\(\\)\\s*[{;]");

    /**
     * One rule: where it holds, what it says, and samples that break and keep it.
     *
     * @param where the folders that the rule is for
     * @param lines takes a file's lines and yields the number (from 1) of each offending line
     */
    record Rule(String name, List<String> where, LineRule lines, String broken, String kept) {

        List<String> offences(String file, List<String> text) {
            return lines.offending(text).stream()
                    .map(n -> file + ":" + n + " " + name + ": " + text.get(n - 1).strip())
                    .toList();
        }
    }

    interface LineRule {
        List<Integer> offending(List<String> text);
    }

    static Stream<Named<Rule>> rules() {
        var everywhere = List.of("src/main/java", "src/test/java", "bench/src/main/java");
        return Stream.of(
                        new Rule(
                                "files have at most " + MOST_LINES + " lines",
                                everywhere,
                                text ->
                                        text.size() > MOST_LINES
                                                ? List.of(MOST_LINES + 1)
                                                : List.of(),
                                "\n".repeat(MOST_LINES + 1),
                                "\n".repeat(MOST_LINES)),
                        new Rule(
                                "lines have at most " + MOST_COLUMNS + " characters",
                                everywhere,
                                each(line -> line.codePointCount(0, line.length()) > MOST_COLUMNS),
                                "x".repeat(MOST_COLUMNS + 1),
                                "x".repeat(MOST_COLUMNS)),
                        new Rule(
                                "values are read by their name, without get",
                                List.of("src/main/java"),
                                StyleTest::getters,
                                "record A(int b) {\n    public int getB() {\n",
                                "record A(int b) {\n    @Override\n    public int getB() {\n"),
                        new Rule(
                                "nothing is left for later",
                                everywhere,
                                each(Pattern.compile(LEFT_OVER + "|FIX" + "ME").asPredicate()),
                                "int a; // " + LEFT_OVER + " later",
                                "int toDo;"),
                        new Rule(
                                "a test waits for a condition and never sleeps",
                                List.of("src/test/java"),
                                each(line -> line.contains(SLEEP)),
                                SLEEP + "(10);",
                                "await().until(done);"))
                .map(rule -> Named.of(rule.name(), rule));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holdsInTheSources(Rule rule) throws IOException {
        var offences = new ArrayList<String>();
        for (String folder : rule.where()) {
            for (Path file : javaFilesIn(PROJECT.resolve(folder))) {
                var name = PROJECT.relativize(file).toString();
                offences.addAll(rule.offences(name, Files.readAllLines(file)));
            }
        }
        assertThat(offences).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void seesWhatBreaksIt(Rule rule) {
        assertThat(rule.offences("Broken.java", rule.broken().lines().toList())).hasSize(1);
        assertThat(rule.offences("Kept.java", rule.kept().lines().toList())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void hasSourcesToLookAt(Rule rule) throws IOException {
        assertThat(javaFilesIn(PROJECT.resolve(rule.where().getFirst()))).isNotEmpty();
    }

    private static LineRule each(Predicate<String> offends) {
        return text -> {
            var found = new ArrayList<Integer>();
            for (int i = 0; i < text.size(); i++) {
                if (offends.test(text.get(i))) {
                    found.add(i + 1);
                }
            }
            return found;
        };
    }

    /** Declared accessors called getX; one that a foreign interface asks for has its @Override. */
    private static List<Integer> getters(List<String> text) {
        return each(GETTER.asPredicate()).offending(text).stream()
                .filter(n -> n < 2 || !text.get(n - 2).contains("@Override"))
                .toList();
    }

    private static List<Path> javaFilesIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }
}
