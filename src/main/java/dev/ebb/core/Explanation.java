package dev.ebb.core;

import java.util.List;

/**
 * A decision, explained: what was seen, what it wanted, what limited it, and why these instances.
 *
 * @param serving instances that carry the load now
 * @param wanted how many there should be
 * @param needs every resource's say; the largest wins
 * @param ranking candidates for removal, the cheapest first, the runners-up included
 * @param planned what is to be done
 * @param holds what keeps the next step from being taken
 */
public record Explanation(
        int serving,
        int wanted,
        List<Need> needs,
        List<Ranked> ranking,
        List<Planned> planned,
        List<Hold> holds) {
    public Explanation {
        needs = List.copyOf(needs);
        ranking = List.copyOf(ranking);
        planned = List.copyOf(planned);
        holds = List.copyOf(holds);
    }
}
