package dev.ebb.control;

import dev.ebb.core.Planned;
import java.util.List;

/**
 * What Ebb would do in the mode {@code recommend}, for a person to approve. Immutable.
 *
 * @param id names exactly this one; another content, or the same one made anew, has another
 * @param madeWallMillis when, in milliseconds since the epoch
 * @param untilWallMillis until when it may be approved, as above
 * @param standing how many instances stood when it was made
 * @param afterwards how many would
 * @param planned starts or parks, each with its reasons and the projected effect
 */
public record Recommendation(
        String id,
        long madeWallMillis,
        long untilWallMillis,
        int standing,
        int afterwards,
        List<Planned> planned) {
    public Recommendation {
        planned = List.copyOf(planned);
    }
}
