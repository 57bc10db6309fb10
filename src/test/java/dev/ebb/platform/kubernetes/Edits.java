package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.function.UnaryOperator;

/** Changes as somebody else makes them: as kubectl does, anew where another was quicker. */
final class Edits {
    private static final int CONFLICT = 409;
    private static final int MOST = 50;

    private Edits() {}

    /** Kubelet and controllers write the status of the same object at any time. */
    static <T> void edit(Resource<T> resource, UnaryOperator<T> change) {
        for (int i = 1; ; i++) {
            try {
                resource.edit(change);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != CONFLICT || i == MOST) {
                    throw e;
                }
            }
        }
    }
}
