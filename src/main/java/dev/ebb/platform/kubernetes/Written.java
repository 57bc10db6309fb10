package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** What came of a write to the API server. */
sealed interface Written {

    record Done() implements Written {}

    /** Someone else owns the field. */
    record Conflict(String why) implements Written {}

    /** The thing has changed since it was read, or is gone. */
    record Outdated(String why) implements Written {}

    /** The API server did not do it, or could not be asked; whether it did may be unknown. */
    record Failed(String why) implements Written {}

    /** Why it was not done; empty when it was. */
    default Optional<String> failure() {
        return switch (this) {
            case Done() -> Optional.empty();
            case Conflict(String why) -> Optional.of(why);
            case Outdated(String why) -> Optional.of(why);
            case Failed(String why) -> Optional.of(why);
        };
    }

    /** Runs a write, if the fence is open. Nothing is thrown for what the API server says. */
    static Written attempt(Fence fence, Runnable write) {
        Optional<String> closed = fence.closed();
        if (closed.isPresent()) {
            return new Failed(closed.get());
        }
        try {
            write.run();
            return new Done();
        } catch (KubernetesClientException e) {
            return refused(e);
        } catch (IllegalStateException e) {
            // The client was closed: this Ebb is ending.
            return new Failed(String.valueOf(e.getMessage()));
        }
    }

    private static Written refused(KubernetesClientException e) {
        String why = String.valueOf(e.getMessage());
        return switch (e.getCode()) {
            case 409 -> isOwned(e) ? new Conflict(why) : new Outdated(why);
            case 404 -> new Outdated(why);
            default -> new Failed(why);
        };
    }

    private static boolean isOwned(KubernetesClientException e) {
        return Optional.ofNullable(e.getStatus())
                .map(Status::getDetails)
                .flatMap(d -> Optional.ofNullable(d.getCauses()))
                .orElse(List.of())
                .stream()
                .anyMatch(c -> "FieldManagerConflict".equals(c.getReason()));
    }
}
