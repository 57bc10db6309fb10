package dev.ebb.core;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a service: a DNS label, so that it can stand in host names, files and metrics.
 *
 * @throws IllegalArgumentException when it is not one
 */
public record ServiceName(String value) implements Comparable<ServiceName> {
    private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");

    public ServiceName {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "a service's name is 1 to 40 of a-z, 0-9 and '-', starting with a letter: "
                            + value);
        }
    }

    public static boolean isValid(String text) {
        return LABEL.matcher(text).matches();
    }

    /** Written out, as is the next: what a record has of its own is made at its first use. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServiceName name && value.equals(name.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public int compareTo(ServiceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
