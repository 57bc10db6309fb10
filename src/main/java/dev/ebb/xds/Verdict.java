package dev.ebb.xds;

import dev.ebb.core.Reason;
import dev.ebb.xds.HealthMetadata.Said;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the gateways that say how an instance is make of it together: it is ejected when at least
 * half of them have ejected it. One alone among many may have lost its own way to it, and what it
 * says must not have capacity started for all. Not safe for use by several threads.
 */
final class Verdict {
    static final String CODE = "data_planes_ejected";

    /** Why, by the name of the gateway; two may have the same. */
    private final SortedMap<String, String> reasons = new TreeMap<>();

    private int ejecting;
    private int saying;

    /**
     * @param node of the gateway
     */
    void add(String node, Said said) {
        saying++;
        if (said.ejected()) {
            ejecting++;
            reasons.put(node, said.why());
        }
    }

    /** Why it is to be taken for ejected. */
    Optional<Reason> ejected() {
        if (ejecting == 0 || 2 * ejecting < saying) {
            return Optional.empty();
        }
        String first = reasons.firstKey();
        String why = reasons.getOrDefault(first, "");
        String text =
                "ejected by %d of %d gateways that say how it is, first %s%s"
                        .formatted(ejecting, saying, first, why.isEmpty() ? "" : ": " + why);
        return Optional.of(
                new Reason(
                        CODE, text, Map.of("ejected", (double) ejecting, "of", (double) saying)));
    }
}
