package dev.ebb.cli;

import dev.ebb.config.ConvertedFile;
import dev.ebb.config.ConvertedScale;
import dev.ebb.config.ForeignFile;
import dev.ebb.config.Problem;
import dev.ebb.config.Problem.Severity;
import dev.ebb.console.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb convert}: another autoscaler's manifest as a ServiceScale. */
@Command(
        name = "convert",
        header = "Turn a HorizontalPodAutoscaler or a ScaledObject into a ServiceScale.",
        description = {
            "Prints the ServiceScales as YAML, and on stderr what has no equivalent, each with its"
                    + " line. They begin by looking (mode: observe), so that they may be applied"
                    + " beside what they come from. As in:",
            "",
            "  kubectl get hpa shop -o yaml | ebb convert - > shop.yaml",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:converted",
            "1:a file cannot be read",
            "2:a file is wrong, or there is nothing to convert in it; nothing is printed",
            "4:with --strict: something has no equivalent"
        })
final class ConvertCommand implements Callable<Integer> {
    private static final int LOSSY = 4;
    private static final int LARGEST = 1 << 20;
    private static final Path STDIN = Path.of("-");

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Manifests, as YAML or JSON; - for what comes on stdin.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print JSON: the manifests, and what is wrong or lost.")
    private boolean json;

    @Option(
            names = "--strict",
            description =
                    "End with 4 when something has no equivalent. It is printed all the same.")
    private boolean strict;

    /** What was in one file. */
    private record Read(String file, ConvertedFile content) {
        boolean has(Severity severity) {
            return content.problems().stream().anyMatch(p -> p.severity() == severity);
        }
    }

    @Override
    public Integer call() {
        List<Read> all = new ArrayList<>();
        for (Path file : files) {
            String name = file.equals(STDIN) ? "stdin" : file.toString();
            all.add(new Read(name, ConvertedFile.read(text(file))));
        }
        boolean wrong = all.stream().anyMatch(r -> r.has(Severity.ERROR));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Wire.pretty(json(all, wrong)));
        } else {
            PrintWriter err = spec.commandLine().getErr();
            all.forEach(r -> r.content.problems().forEach(p -> err.println(p.line(r.file))));
            err.flush();
            if (!wrong) {
                out.print(
                        scales(all).map(ScaleManifest::yaml).collect(Collectors.joining("---\n")));
            }
        }
        out.flush();
        if (wrong) {
            return Exit.USAGE;
        }
        return strict && all.stream().anyMatch(r -> r.has(Severity.WARNING)) ? LOSSY : Exit.OK;
    }

    private static Stream<ConvertedScale> scales(List<Read> all) {
        return all.stream().flatMap(r -> r.content.scales().stream());
    }

    private static String text(Path file) {
        try {
            if (file.equals(STDIN)) {
                byte[] bytes = System.in.readNBytes(LARGEST + 1);
                if (bytes.length > LARGEST) {
                    throw new IOException("is larger than 1 MiB");
                }
                return new String(bytes, StandardCharsets.UTF_8);
            }
            if (!Files.isRegularFile(file)) {
                throw new Failure(Exit.FAILED, file + ": there is no such file");
            }
            return ForeignFile.text(file);
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, file + ": cannot be read: " + e.getMessage());
        }
    }

    private static Map<String, Object> json(List<Read> all, boolean wrong) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("ok", !wrong);
        root.put("scales", wrong ? List.of() : scales(all).map(ScaleManifest::of).toList());
        List<Map<String, Object>> problems = new ArrayList<>();
        for (Read read : all) {
            read.content.problems().forEach(p -> problems.add(json(read.file, p)));
        }
        root.put("problems", problems);
        return root;
    }

    private static Map<String, Object> json(String file, Problem problem) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("file", file);
        map.put("severity", problem.severity() == Severity.ERROR ? "error" : "warning");
        map.put("line", problem.place().line());
        map.put("column", problem.place().column());
        map.put("text", problem.text());
        return map;
    }
}
