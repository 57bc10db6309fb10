package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Optional;

/** What the API server says of a kind: what it is called in URLs, and that it can be scaled. */
final class KindLookup {
    private KindLookup() {}

    /** It cannot be scaled, or the API server does not say. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Hold hold;

        RefusedException(Hold hold) {
            super(hold.why().text());
            this.hold = hold;
        }

        Hold hold() {
            return hold;
        }
    }

    /** Waits for the API server. */
    static ResourceDefinitionContext of(KubernetesClient client, Target.Kind kind)
            throws RefusedException {
        if (kind.equals(Target.Kind.STATEFUL_SET)) {
            return context(kind, "statefulsets");
        }
        if (kind.equals(Target.Kind.SERVICE)) {
            return context(kind, "services");
        }
        List<APIResource> resources = resources(client, kind);
        String plural =
                resources.stream()
                        .filter(r -> kind.word().equals(r.getKind()))
                        .filter(r -> Boolean.TRUE.equals(r.getNamespaced()))
                        .map(APIResource::getName)
                        .filter(n -> !n.contains("/"))
                        .findFirst()
                        .orElseThrow(() -> new RefusedException(unknown(kind)));
        if (resources.stream().noneMatch(r -> r.getName().equals(plural + "/scale"))) {
            throw new RefusedException(unscalable(kind));
        }
        return context(kind, plural);
    }

    private static List<APIResource> resources(KubernetesClient client, Target.Kind kind)
            throws RefusedException {
        try {
            return Optional.ofNullable(client.getApiResources(kind.apiVersion()))
                    .map(APIResourceList::getResources)
                    .orElse(List.of());
        } catch (KubernetesClientException e) {
            if (e.getCode() == 404) {
                return List.of();
            }
            throw new RefusedException(refused(kind, e));
        }
    }

    private static ResourceDefinitionContext context(Target.Kind kind, String plural) {
        String group = kind.group();
        return new ResourceDefinitionContext.Builder()
                .withGroup(group.isEmpty() ? null : group)
                .withVersion(kind.apiVersion().substring(kind.apiVersion().indexOf('/') + 1))
                .withKind(kind.word())
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    private static Hold unknown(Target.Kind kind) {
        return new Hold(
                Reason.of(
                        "unsupported",
                        "the API server knows no %s of %s"
                                .formatted(kind.word(), kind.apiVersion())),
                "the right apiVersion and kind, or that kind being installed");
    }

    private static Hold unscalable(Target.Kind kind) {
        return new Hold(
                Reason.of(
                        "unsupported",
                        "a %s of %s has no scale subresource"
                                .formatted(kind.word(), kind.apiVersion())),
                "a kind that can be scaled as the target");
    }

    /** What the API server said when it was asked for these. */
    static Hold refused(Target.Kind kind, KubernetesClientException e) {
        String said = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
        return e.getCode() == 403
                ? new Hold(
                        Reason.of(
                                "no_right",
                                "Ebb may not watch %ss: %s".formatted(kind.word(), said)),
                        "the rights for this kind; see docs/install-kubernetes.md")
                : new Hold(
                        Reason.of(
                                "not_seen", "%ss cannot be seen: %s".formatted(kind.word(), said)),
                        "an API server that answers");
    }
}
