package dev.ebb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads HorizontalPodAutoscalers and KEDA's ScaledObjects as what a ServiceScale can take over of
 * them: several in one file, separated by {@code ---} or in a List, as {@code kubectl get -o yaml}
 * and {@code -o json} write them. Documents of other kinds are passed over.
 *
 * @param scales none when there is an error
 * @param problems errors, and what has no equivalent, as warnings
 */
public record ConvertedFile(List<ConvertedScale> scales, List<Problem> problems) {
    public ConvertedFile {
        scales = List.copyOf(scales);
        problems = List.copyOf(problems);
    }

    /** Reads all documents. */
    public static ConvertedFile read(String text) {
        var problems = new Problems();
        List<ConvertedScale> scales = new ArrayList<>();
        for (String document : ForeignFile.documents(text)) {
            YamlReader.read(document, problems)
                    .ifPresent(tree -> {
                        if (tree instanceof Yaml.Mapping mapping) {
                            one(new Walk(mapping, problems), scales);
                        } else {
                            problems.error(
                                    tree.place(), "a manifest is a mapping, not " + tree.what());
                        }
                    });
        }
        if (scales.isEmpty() && problems.errors() == 0) {
            problems.error(
                    Place.FILE, "there is no HorizontalPodAutoscaler and no ScaledObject in it");
        }
        tellTwins(scales, problems);
        return new ConvertedFile(problems.errors() == 0 ? scales : List.of(), problems.sorted());
    }

    private static void one(Walk root, List<ConvertedScale> scales) {
        String kind = root.text("kind").orElse("");
        Optional<ConvertedScale> scale =
                switch (kind) {
                    case "HorizontalPodAutoscaler" -> HpaConversion.read(root);
                    case "ScaledObject" -> KedaConversion.read(root);
                    default -> Optional.empty();
                };
        scale.ifPresent(scales::add);
        if (kind.equals("List") || kind.equals("HorizontalPodAutoscalerList")) {
            root.list("items").forEach(item -> one(item, scales));
        }
        if (root.text("apiVersion").orElse("").startsWith("serving.knative.dev/")) {
            root.problems()
                    .error(
                            root.place(),
                            "Knative scales its revisions itself, and Ebb cannot take that over;"
                                    + " leave this document out");
        }
    }

    /** Of two ServiceScales with one target the younger holds. */
    private static void tellTwins(List<ConvertedScale> scales, Problems problems) {
        Map<String, ConvertedScale> first = new TreeMap<>();
        for (ConvertedScale scale : scales) {
            String target =
                    "%s/%s/%s"
                            .formatted(
                                    scale.namespace().orElse(""),
                                    scale.target().kind(),
                                    scale.target().name());
            ConvertedScale before = first.putIfAbsent(target, scale);
            if (before != null) {
                problems.warning(
                        scale.place(),
                        "%s '%s' has the same target as line %d; only one of the two will act"
                                .formatted(scale.from(), scale.name(), before.place().line()));
            }
        }
    }
}
