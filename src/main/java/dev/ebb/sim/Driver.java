package dev.ebb.sim;

import dev.ebb.control.EndpointSink;
import dev.ebb.control.Platform;
import dev.ebb.core.Hold;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What runs the instances, carries their traffic and keeps the record, in one life of Ebb after
 * another. Single-threaded.
 */
interface Driver {

    SimRecord journal();

    /** A life begins: the data plane as it has it. */
    EndpointSink sink(SplittableRandom random);

    /** The platform of the life that has begun. */
    Platform platform(SplittableRandom random);

    /** Whether a stop that reaches the platform takes effect in that moment. */
    boolean stopsAtOnce();

    /** Ebb has died. */
    void died(String how, SplittableRandom random);

    /** Why the number of instances is not Ebb's to change: what was begun is taken back then. */
    default Optional<Hold> notOurs() {
        return Optional.empty();
    }

    /** The whole process of Ebb stands still. */
    void freeze(double seconds);
}
