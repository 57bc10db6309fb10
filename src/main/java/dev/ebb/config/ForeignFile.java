package dev.ebb.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the manifests of other autoscalers: a HorizontalPodAutoscaler, a KEDA ScaledObject, a
 * Knative Service or Revision, or only a map of Knative's annotations; several in one file,
 * separated by {@code ---}. Documents of other kinds are passed over.
 *
 * @param policies none when there is an error
 * @param problems errors, and what will not be simulated, as warnings
 */
public record ForeignFile(List<ForeignPolicy> policies, List<Problem> problems) {
    private static final int LARGEST = 1 << 20;

    public ForeignFile {
        policies = List.copyOf(policies);
        problems = List.copyOf(problems);
    }

    /** Whether the text has a document of a known form; otherwise it may be Ebb's own. */
    public static boolean isForeign(String text) {
        return text.lines()
                .anyMatch(l ->
                        l.matches("(apiVersion|kind)\\s*:.*")
                                || l.stripLeading()
                                        .matches("[\"']?autoscaling\\.knative\\.dev/.*"));
    }

    /** The text of a file that is no larger than a manifest may be. */
    public static String text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException("is larger than 1 MiB; is it the right file?");
        }
        return Files.readString(file);
    }

    /** Reads all documents. */
    public static ForeignFile read(String text) {
        var problems = new Problems();
        List<ForeignPolicy> policies = new ArrayList<>();
        for (String document : documents(text)) {
            YamlReader.read(document, problems)
                    .flatMap(tree -> policy(tree, problems))
                    .ifPresent(policies::add);
        }
        if (policies.isEmpty() && problems.errors() == 0) {
            problems.error(
                    Place.FILE,
                    "there is no HorizontalPodAutoscaler, ScaledObject or Knative annotation"
                            + " in it");
        }
        return new ForeignFile(problems.errors() == 0 ? policies : List.of(), problems.sorted());
    }

    /** Each document behind as many empty lines as stand before it, so that lines keep numbers. */
    static List<String> documents(String text) {
        List<String> all = new ArrayList<>();
        var one = new StringBuilder();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.matches("---(\\s.*)?")) {
                all.add(one.toString());
                one.setLength(0);
                one.append("\n".repeat(number));
            } else {
                one.append(line).append('\n');
            }
        }
        all.add(one.toString());
        return all.stream().filter(d -> !d.isBlank()).toList();
    }

    private static Optional<ForeignPolicy> policy(Yaml tree, Problems problems) {
        if (!(tree instanceof Yaml.Mapping mapping)) {
            problems.error(tree.place(), "a manifest is a mapping, not " + tree.what());
            return Optional.empty();
        }
        var root = new Walk(mapping, problems);
        String kind = root.text("kind").orElse("");
        return switch (kind) {
            case "HorizontalPodAutoscaler" -> HpaManifest.read(root);
            case "ScaledObject" -> KedaManifest.read(root);
            case "Service", "Revision", "Configuration", "" -> KnativeManifest.read(root);
            default -> Optional.empty();
        };
    }
}
