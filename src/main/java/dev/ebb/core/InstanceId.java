package dev.ebb.core;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a service. Ordinals start at 1 and are never used twice, so a name in a record
 * always means the same process. Written {@code hello-3}.
 */
public record InstanceId(ServiceName service, int ordinal) implements Comparable<InstanceId> {
    public InstanceId {
        if (ordinal < 1) {
            throw new IllegalArgumentException("an ordinal starts at 1: " + ordinal);
        }
    }

    /** Reads {@code hello-3}; empty when the text is no instance's name. */
    public static Optional<InstanceId> parse(String text) {
        int dash = text.lastIndexOf('-');
        if (dash < 1 || !ServiceName.isValid(text.substring(0, dash))) {
            return Optional.empty();
        }
        String digits = text.substring(dash + 1);
        if (!digits.matches("[1-9][0-9]{0,8}")) {
            return Optional.empty();
        }
        return Optional.of(
                new InstanceId(new ServiceName(text.substring(0, dash)), Integer.parseInt(digits)));
    }

    @Override
    public int compareTo(InstanceId other) {
        int byService = service.compareTo(other.service);
        return byService != 0 ? byService : Integer.compare(ordinal, other.ordinal);
    }

    /** Written out, as is the next: what a record has of its own is made at its first use. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InstanceId id
                && ordinal == id.ordinal
                && service.value().equals(id.service.value());
    }

    @Override
    public int hashCode() {
        return 31 * service.value().hashCode() + ordinal;
    }

    @Override
    public String toString() {
        return service.value() + "-" + ordinal;
    }
}
