package dev.ebb.platform.kubernetes;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pods of a StatefulSet have numbers, and the one with the highest goes first, whatever its
 * load and whatever it would cost to lose. Pure.
 */
final class Ordinals {
    private static final Pattern NUMBER = Pattern.compile(".*-(\\d{1,9})");

    private static final Comparator<PodView> BY_NUMBER =
            Comparator.comparingInt(p -> of(p.name()).orElse(-1));

    private Ordinals() {}

    /** The number in {@code db-3}; empty where there is none. */
    static OptionalInt of(String pod) {
        Matcher matcher = NUMBER.matcher(pod);
        return matcher.matches()
                ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
                : OptionalInt.empty();
    }

    /** The one that would go next. */
    static Optional<PodView> highest(Collection<PodView> pods) {
        return pods.stream().filter(PodView::counts).max(BY_NUMBER);
    }

    /**
     * A pod that would go before one of the victims; empty when exactly they go first.
     *
     * @param victims by uid
     */
    static Optional<PodView> rivalOf(Set<String> victims, Collection<PodView> pods) {
        return pods.stream()
                .filter(PodView::counts)
                .filter(p -> victims.contains(p.uid()))
                .min(BY_NUMBER)
                .flatMap(lowest ->
                        highest(pods.stream().filter(p -> !victims.contains(p.uid())).toList())
                                .filter(p -> BY_NUMBER.compare(p, lowest) > 0));
    }
}
