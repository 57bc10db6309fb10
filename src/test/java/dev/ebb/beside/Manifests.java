package dev.ebb.beside;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The manifests of the comparison, filled in with its times, and given to the API server. */
final class Manifests {
    private static final Pattern GAP = Pattern.compile("\\$\\{(\\w+)}");

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final KubernetesClient client;

    /** The program of the pods. */
    private final Path pod;

    Manifests(KubernetesClient client, Path pod) {
        this.client = client;
        this.pod = pod;
    }

    /** What is there once, for all namespaces. */
    void cluster(Path servicescales) throws IOException {
        client.load(open("metrics-crd.yaml")).serverSideApply();
        client.load(Files.newInputStream(servicescales)).serverSideApply();
        for (String name : List.of("pods.metrics.k8s.io", "servicescales.ebb.dev")) {
            await().atMost(LIMIT).until(() -> isEstablished(name));
        }
    }

    private boolean isEstablished(String name) {
        var found = client.apiextensions().v1().customResourceDefinitions().withName(name).get();
        return Optional.ofNullable(found)
                .flatMap(c -> Optional.ofNullable(c.getStatus()))
                .flatMap(s -> Optional.ofNullable(s.getConditions()))
                .orElse(List.of())
                .stream()
                .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    /** A Deployment and its Service; with Ebb's readiness gate, or without one. */
    void workload(String namespace, boolean gated) {
        apply(
                namespace,
                "workload.yaml",
                Map.of("gates", gated ? "[{conditionType: ebb.dev/in-rotation}]" : "[]"));
    }

    void hpa(String namespace) {
        int window = Knob.HPA_STABILIZATION.seconds();
        apply(namespace, "hpa.yaml", Map.of("stabilization", Integer.toString(window)));
    }

    /**
     * @param other seconds, by their keys, in place of those that the comparison has
     */
    void serviceScale(String namespace, Map<String, Integer> other) {
        Map<String, String> texts = new TreeMap<>();
        other.forEach((key, seconds) -> texts.put(key, Integer.toString(seconds)));
        apply(namespace, "servicescale.yaml", texts);
    }

    private void apply(String namespace, String name, Map<String, String> more) {
        String filled = fill(text(name), values(more));
        client.load(new ByteArrayInputStream(filled.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(namespace)
                .serverSideApply();
    }

    private Map<String, String> values(Map<String, String> more) {
        Map<String, String> values = new TreeMap<>();
        for (Knob knob : Knob.values()) {
            values.put(knob.key, Integer.toString(knob.seconds()));
        }
        values.put("min", Integer.toString(Load.LEAST_PODS));
        values.put("max", Integer.toString(Load.MOST_PODS));
        values.put("target", Integer.toString(Load.TARGET_PERCENT));
        values.put("work", String.format(Locale.ROOT, "%s", Load.WORK_SECONDS));
        values.put("node", Node.NAME);
        values.put("pod", pod.toAbsolutePath().toString());
        values.putAll(more);
        return values;
    }

    /** Every gap has to be known. */
    private static String fill(String text, Map<String, String> values) {
        return GAP.matcher(text)
                .replaceAll(gap ->
                        Matcher.quoteReplacement(
                                Objects.requireNonNull(values.get(gap.group(1)), gap.group(1))));
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(Manifests.class.getResourceAsStream("/beside/" + name), name);
    }

    static String text(String name) {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
