package dev.ebb.config;

import dev.ebb.config.RunConfig.Ports;
import dev.ebb.core.Policy.Range;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How instances are started, and how many there are. */
final class RunSchema {
    private RunSchema() {}

    /** More is another kind of platform. */
    private static final int MOST_INSTANCES = 10_000;

    private static final int MOST_WORDS = 1000;
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\s*\\.\\.\\s*(\\d{1,9})");
    private static final Pattern PORTS = Pattern.compile("(\\d{1,6})\\s*-\\s*(\\d{1,6})");
    private static final Pattern SHELL = Pattern.compile("\\|\\|?|&&?|;|[0-9]?>>?|<|.*[;&]");
    private static final Pattern VARIABLE = Pattern.compile("[^=\\s\\p{Cntrl}]{1,200}");

    static final Key<List<String>> COMMAND =
            Key.required(
                    "command",
                    new CommandKind(),
                    "The program and its arguments. A string is split into words as a shell would"
                            + " split it, quotes included, but no shell runs and nothing is"
                            + " expanded; write `[sh, -c, \"...\"]` for a shell. `${port}`,"
                            + " `${host}`, `${instance}` and `${service}` are filled in for each"
                            + " instance. A program with a slash in it is looked up from"
                            + " `directory`, any other on the instance's PATH.");
    static final Key<String> DIRECTORY =
            Key.of(
                    "directory",
                    text("a directory"),
                    ".",
                    "Where instances start; relative to the folder of this file. Placeholders are"
                            + " filled in.");
    static final Key<Map<String, String>> ENVIRONMENT =
            Key.of(
                    "environment",
                    new EnvironmentKind(),
                    Map.of(),
                    "Variables added to what Ebb itself has (but for `EBB_*` and what a service"
                            + " manager told Ebb). Placeholders are filled in. `PORT`,"
                            + " `EBB_INSTANCE` and `EBB_SERVICE` are always set.");
    static final Key<Ports> PORTS_KEY =
            Key.of(
                    "ports",
                    new PortsKind(),
                    new Ports(20_000, 29_999),
                    "Instances get free ports of these, on 127.0.0.1. Several services may share"
                            + " them.");

    static final Section<RunConfig> RUN =
            new Section<>(List.of(COMMAND, DIRECTORY, ENVIRONMENT, PORTS_KEY), RunSchema::build);

    private static RunConfig build(Values v, Problems problems) {
        Surroundings machine = problems.surroundings();
        String directory = v.of(DIRECTORY);
        Optional<String> wrong = Placeholders.wrong(directory);
        Optional<Path> path = machine.resolve(directory);
        boolean fixed = !directory.contains("${");
        if (wrong.isEmpty() && path.isEmpty()) {
            wrong = Optional.of("no directory has such a name; write a path");
        } else if (wrong.isEmpty() && fixed) {
            wrong = path.flatMap(machine::wrongDirectory);
        }
        wrong.ifPresent(text -> problems.error(v.place(DIRECTORY), text));
        String program = v.of(COMMAND).getFirst();
        if (wrong.isEmpty() && fixed && !program.contains("${")) {
            Optional<String> searched = Optional.ofNullable(v.of(ENVIRONMENT).get("PATH"));
            path.flatMap(p -> machine.wrongProgram(program, p, searched))
                    .ifPresent(text -> problems.error(v.place(COMMAND), text));
        }
        return new RunConfig(
                v.of(COMMAND), path.orElse(Path.of("/")), v.of(ENVIRONMENT), v.of(PORTS_KEY));
    }

    static Kind<Range> instances() {
        return new InstancesKind();
    }

    /** Any text but none, without placeholders or control characters. */
    static Kind<String> text(String form) {
        return Kinds.scalar(
                form,
                text ->
                        text.isEmpty() || text.chars().anyMatch(Character::isISOControl)
                                ? Kinds.bad("is not " + form)
                                : Kinds.good(text),
                text -> text);
    }

    private static final class CommandKind implements Kind<List<String>> {
        @Override
        public Optional<List<String>> read(Yaml node, Problems problems) {
            return switch (node) {
                case Yaml.Sequence list -> words(list, problems);
                case Yaml.Scalar scalar when !scalar.isNothing() -> split(scalar, problems);
                default -> {
                    problems.error(node.place(), node.what() + " is here; it is " + form());
                    yield Optional.empty();
                }
            };
        }

        private Optional<List<String>> split(Yaml.Scalar scalar, Problems problems) {
            Optional<List<String>> words = Words.split(scalar.text());
            if (words.isEmpty()) {
                problems.error(
                        scalar.place(),
                        "a quote is opened and never closed in the command; close it, or write the"
                                + " command as a list");
                return Optional.empty();
            }
            words.get().stream()
                    .filter(word -> SHELL.matcher(word).matches())
                    .findFirst()
                    .ifPresent(word ->
                            problems.warning(
                                    scalar.place(),
                                    "no shell runs, so %s reaches the program as it is;"
                                                    .formatted(Problems.quote(word))
                                            + " for a shell write [sh, -c, \"...\"]"));
            return checked(words.get(), scalar.place(), problems);
        }

        private Optional<List<String>> words(Yaml.Sequence list, Problems problems) {
            var words = new ArrayList<String>();
            boolean good = true;
            for (Yaml item : list.items()) {
                if (item instanceof Yaml.Scalar scalar && !scalar.isNothing()) {
                    words.add(scalar.text());
                } else {
                    problems.error(
                            item.place(),
                            item.what() + " is no word of a command; put words in quotes");
                    good = false;
                }
            }
            return good ? checked(words, list.place(), problems) : Optional.empty();
        }

        private Optional<List<String>> checked(List<String> words, Place place, Problems problems) {
            Optional<String> wrong = Optional.empty();
            if (words.isEmpty() || words.getFirst().isBlank()) {
                wrong = Optional.of("no program is named; it is " + form());
            } else if (words.size() > MOST_WORDS) {
                wrong = Optional.of("more than " + MOST_WORDS + " words; use a script");
            } else if (words.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
                wrong = Optional.of("a zero byte cannot be part of a command; remove it");
            }
            if (wrong.isEmpty()) {
                wrong = words.stream().flatMap(w -> Placeholders.wrong(w).stream()).findFirst();
            }
            wrong.ifPresent(text -> problems.error(place, text));
            return wrong.isPresent() ? Optional.empty() : Optional.of(words);
        }

        @Override
        public String form() {
            return "a command such as 'java -jar hello.jar --port ${port}', or a list of its words";
        }

        @Override
        public String show(List<String> value) {
            return String.join(" ", value);
        }
    }

    private static final class EnvironmentKind implements Kind<Map<String, String>> {
        @Override
        public Optional<Map<String, String>> read(Yaml node, Problems problems) {
            if (!(node instanceof Yaml.Mapping mapping)) {
                problems.error(node.place(), node.what() + " is here; it is " + form());
                return Optional.empty();
            }
            var variables = new LinkedHashMap<String, String>();
            int before = problems.errors();
            for (Yaml.Entry entry : mapping.entries()) {
                String name = entry.key().text();
                if (!VARIABLE.matcher(name).matches()) {
                    problems.error(
                            entry.key().place(),
                            Problems.quote(name)
                                    + " is no variable's name; it is a word without '='");
                } else if (name.equals("PORT") || name.startsWith("EBB_")) {
                    problems.error(entry.key().place(), name + " is set by Ebb; use another name");
                } else if (entry.value() instanceof Yaml.Scalar value && !value.isNothing()) {
                    Placeholders.wrong(value.text())
                            .ifPresent(text -> problems.error(value.place(), text));
                    variables.put(name, value.text());
                } else {
                    problems.error(
                            entry.value().place(),
                            entry.value().what() + " is no variable's value; write \"\" for none");
                }
            }
            return problems.errors() == before ? Optional.of(variables) : Optional.empty();
        }

        @Override
        public String form() {
            return "a mapping of variables such as {LOG_LEVEL: info}";
        }

        @Override
        public String show(Map<String, String> value) {
            return value.isEmpty() ? "none" : value.toString();
        }
    }

    private static final class InstancesKind implements Kind<Range> {
        private static final Kind<Integer> COUNT = Kinds.whole(1, MOST_INSTANCES);
        private static final Kind<Integer> OR_NONE = Kinds.whole(0, MOST_INSTANCES);
        private static final Key<Integer> MIN = Key.required("min", OR_NONE, "Fewest.");
        private static final Key<Integer> MAX = Key.required("max", COUNT, "Most.");
        private static final Key<Integer> INITIAL = Key.optional("initial", OR_NONE, "At first.");
        private static final Section<Optional<Range>> BOTH =
                new Section<>(List.of(MIN, MAX, INITIAL), InstancesKind::build);

        private static Optional<Range> build(Values v, Problems problems) {
            int min = v.of(MIN);
            int max = v.of(MAX);
            Optional<Range> range = range(min, max, v.place(MAX), problems);
            int initial = v.given(INITIAL).orElse(min);
            if (range.isPresent() && (initial < min || initial > max)) {
                problems.error(
                        v.place(INITIAL),
                        "initial %d is not from min %d to max %d".formatted(initial, min, max));
                return Optional.empty();
            }
            return range.map(r -> new Range(min, max, initial));
        }

        @Override
        public Optional<Range> read(Yaml node, Problems problems) {
            if (node instanceof Yaml.Mapping) {
                return BOTH.read(node, problems).flatMap(range -> range);
            }
            if (node instanceof Yaml.Scalar scalar && !scalar.isNothing()) {
                Matcher m = RANGE.matcher(scalar.text().strip());
                if (!m.matches()) {
                    if (!scalar.text().strip().matches("-?\\d+")) {
                        problems.error(
                                node.place(),
                                node.what() + " is no number of instances; it is " + form());
                        return Optional.empty();
                    }
                    return COUNT.read(node, problems).map(n -> new Range(n, n));
                }
                Optional<Integer> min = count(OR_NONE, m.group(1), node, problems);
                Optional<Integer> max = count(COUNT, m.group(2), node, problems);
                return min.isPresent() && max.isPresent()
                        ? range(min.get(), max.get(), node.place(), problems)
                        : Optional.empty();
            }
            problems.error(node.place(), node.what() + " is here; it is " + form());
            return Optional.empty();
        }

        private static Optional<Integer> count(
                Kind<Integer> kind, String text, Yaml node, Problems problems) {
            return kind.read(new Yaml.Scalar(node.place(), text, true), problems);
        }

        private static Optional<Range> range(int min, int max, Place place, Problems problems) {
            if (min > max) {
                problems.error(
                        place,
                        "min %d is more than max %d; write %d..%d".formatted(min, max, max, min));
                return Optional.empty();
            }
            return Optional.of(new Range(min, max));
        }

        @Override
        public String form() {
            return "a range such as 2..10 or {min: 2, max: 10, initial: 3}, or one number, from 1"
                    + " to "
                    + MOST_INSTANCES;
        }

        @Override
        public String show(Range value) {
            return value.min() + ".." + value.max();
        }
    }

    private static final class PortsKind implements Kind<Ports> {
        @Override
        public Optional<Ports> read(Yaml node, Problems problems) {
            String text = node instanceof Yaml.Scalar scalar ? scalar.text().strip() : "";
            Matcher m = PORTS.matcher(text);
            if (!m.matches()) {
                problems.error(
                        node.place(), node.what() + " is no range of ports; it is " + form());
                return Optional.empty();
            }
            int first = Integer.parseInt(m.group(1));
            int last = Integer.parseInt(m.group(2));
            if (first < 1 || last > 65535 || first > last) {
                problems.error(
                        node.place(),
                        Problems.quote(text)
                                + " is out of range; the first is at least 1 and at most the last,"
                                + " the last at most 65535");
                return Optional.empty();
            }
            return Optional.of(new Ports(first, last));
        }

        @Override
        public String form() {
            return "a range of ports such as 20000-20999";
        }

        @Override
        public String show(Ports value) {
            return value.toString();
        }
    }
}
