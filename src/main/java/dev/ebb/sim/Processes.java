package dev.ebb.sim;

import java.util.OptionalInt;
import java.util.SplittableRandom;

/** How processes begin and end, whoever has asked for it. */
final class Processes {
    private final World world;
    private final SplittableRandom random;

    Processes(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    /** It will be up after a while, or exit before, while that is the world's trouble. */
    void boot(SimInstance process) {
        double seconds = process.model.startSeconds() * (0.8 + 0.4 * random.nextDouble());
        if (world.conditions.is(Conditions.Trouble.SLOW_BOOT)) {
            seconds *= 6;
        }
        long now = world.clock.nanos();
        world.events.at(now + (long) (seconds * SimClock.SECOND), () -> up(process));
        if (world.conditions.is(Conditions.Trouble.CRASH_LOOP)) {
            double dies = 0.2 + random.nextDouble() * 2 * seconds;
            world.events.at(
                    now + (long) (dies * SimClock.SECOND),
                    () -> world.end(process, OptionalInt.of(1)));
        }
    }

    private void up(SimInstance process) {
        if (process.phase == SimInstance.Phase.BOOTING) {
            process.phase = SimInstance.Phase.UP;
            process.upAt = world.clock.nanos();
        }
    }

    /** Ends the process as soon as it has nothing to do, or by force. */
    void finish(SimInstance process, long forced) {
        long now = world.clock.nanos();
        long look = Math.min(forced, now + SimClock.SECOND / 2);
        world.events.at(
                look,
                () -> {
                    boolean stuck = process.isHung(look) || world.inFlight(process.id()) > 0;
                    if (look >= forced || !stuck) {
                        world.end(process, OptionalInt.of(look >= forced ? 137 : 143));
                    } else {
                        finish(process, forced);
                    }
                });
    }
}
