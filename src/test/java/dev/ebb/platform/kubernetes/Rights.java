package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the manifests let the operator do. */
final class Rights {
    private static final Path MANIFESTS =
            Path.of(System.getProperty("ebb.project", "."), "deploy", "kubernetes");

    private Rights() {}

    /** Each group, resource and verb of its roles. */
    static Set<String> granted() throws IOException {
        Set<String> all = new TreeSet<>();
        try (var admin = new KubernetesClientBuilder().build();
                InputStream in = Files.newInputStream(MANIFESTS.resolve("rights.yaml"))) {
            for (var one : admin.load(in).items()) {
                var rules =
                        switch (one) {
                            case ClusterRole r -> r.getRules();
                            case Role r -> r.getRules();
                            default -> List.<PolicyRule>of();
                        };
                for (var rule : rules) {
                    for (String resource : rule.getResources()) {
                        String group = rule.getApiGroups().getFirst();
                        rule.getVerbs().forEach(v -> all.add(group + "/" + resource + " " + v));
                    }
                }
            }
        }
        return all;
    }
}
