package dev.ebb.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a service's callers need of it: not less than a ratio of their own instances, those that
 * start included, so that it grows with them and not after them. Pure.
 */
final class Callers {
    /** The source of a need that comes from a caller. */
    static final String SOURCE = "callers";

    private Callers() {}

    static List<Need> needs(Policy policy, ServiceState state, List<Peer> peers) {
        List<Need> needs = new ArrayList<>();
        for (NotBelow bound : policy.bounds().map(Bounds::notBelow).orElse(List.of())) {
            Optional<Peer> caller =
                    peers.stream().filter(p -> p.service().equals(bound.service())).findFirst();
            needs.add(caller.map(c -> need(bound, c)).orElseGet(() -> unknown(bound, state)));
        }
        return needs;
    }

    private static Need need(NotBelow bound, Peer caller) {
        int count = (int) Math.min(1_000_000, Math.ceil(bound.ratio() * caller.instances() - 1e-9));
        String text =
                "'%s' has or is about to have %s, %s for each: %d"
                        .formatted(
                                bound.service(),
                                Text.instances(caller.instances()),
                                Text.number(bound.ratio()),
                                count);
        return need(
                count,
                count,
                text,
                Map.of("callers", (double) caller.instances(), "ratio", bound.ratio()));
    }

    /** What is not known takes nothing away. */
    private static Need unknown(NotBelow bound, ServiceState state) {
        String text = "how many instances '%s' has is not known".formatted(bound.service());
        return need(0, state.standing(), text, Map.of("ratio", bound.ratio()));
    }

    private static Need need(int out, int in, String text, Map<String, Double> numbers) {
        return new Need(SOURCE, out, in, new Reason("need_" + SOURCE, text, numbers));
    }
}
