package dev.ebb.core;

import java.util.Optional;

/**
 * What is remembered to tell one fall in load from another. Immutable.
 *
 * @param points the recent past of the load, no closer together than the scale-out window
 * @param doubt the fall that was classified last, while that matters
 */
public record FallMemory(Series<LoadPoint> points, Optional<Doubt> doubt) {

    static final FallMemory FRESH =
            new FallMemory(Series.empty(LoadPoint::atNanos), Optional.empty());

    /**
     * A fall and what it is taken for.
     *
     * @param fromNanos when it was noticed
     * @param contradictedNanos when a reading last spoke against a real one; since when it is
     *     believed, of a real one
     * @param before the load that it fell from
     */
    public record Doubt(FallKind kind, long fromNanos, long contradictedNanos, LoadPoint before) {

        Doubt taken(FallKind other, long contradicted) {
            return new Doubt(other, fromNanos, contradicted, before);
        }
    }

    /** The kind that keeps instances from being let go; empty when there is none. */
    Optional<FallKind> doubted() {
        return doubt.map(Doubt::kind).filter(kind -> kind != FallKind.REAL);
    }
}
