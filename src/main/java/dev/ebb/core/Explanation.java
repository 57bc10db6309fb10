package dev.ebb.core;

import java.util.List;
import java.util.Optional;

/**
 * A decision, explained: what was seen, what it wanted, what limited it, and why these instances.
 *
 * @param serving instances that carry the load now
 * @param wanted how many there should be
 * @param needs every resource's say; the largest wins
 * @param ranking candidates for removal, the cheapest first, the runners-up included
 * @param planned what is to be done
 * @param holds what keeps the next step from being taken
 * @param fall what a fall in load is taken for; empty while there is none
 */
public record Explanation(
        int serving,
        int wanted,
        List<Need> needs,
        List<Ranked> ranking,
        List<Planned> planned,
        List<Hold> holds,
        Optional<Reason> fall) {
    public Explanation {
        needs = List.copyOf(needs);
        ranking = List.copyOf(ranking);
        planned = List.copyOf(planned);
        holds = List.copyOf(holds);
    }

    /** Of a load that has not fallen. */
    public Explanation(
            int serving,
            int wanted,
            List<Need> needs,
            List<Ranked> ranking,
            List<Planned> planned,
            List<Hold> holds) {
        this(serving, wanted, needs, ranking, planned, holds, Optional.empty());
    }

    /** This with no more than so many candidates. */
    public Explanation withRanking(int most) {
        return ranking.size() <= most
                ? this
                : new Explanation(
                        serving, wanted, needs, ranking.subList(0, most), planned, holds, fall);
    }
}
