package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** What came of a write to the API server. */
sealed interface Written {

    record Done() implements Written {}

    /** Someone else has changed the thing, or owns the field, or the thing is gone. */
    record Conflict(String why) implements Written {}

    /** The API server did not do it, or could not be asked; whether it did may be unknown. */
    record Failed(String why) implements Written {}

    /** Runs a write. Nothing is thrown for what the API server says or does not say. */
    static Written attempt(Runnable write) {
        try {
            write.run();
            return new Done();
        } catch (KubernetesClientException e) {
            String why = String.valueOf(e.getMessage());
            boolean conflict = e.getCode() == 409 || e.getCode() == 404;
            return conflict ? new Conflict(why) : new Failed(why);
        }
    }
}
