package broken.observe;

import io.fabric8.kubernetes.client.KubernetesClient;

/** Breaks a rule on purpose. */
interface UsesKubernetes {
    KubernetesClient client();
}
