package dev.ebb.control;

import dev.ebb.control.Journal.Durability;
import dev.ebb.core.Command;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.util.Optional;

/**
 * Takes in what others than Ebb have done to a service's instances. Who came counts from now on as
 * wanted, and for who went nobody is started: those others see to their number. Control thread
 * only.
 */
final class Outsiders {
    private Outsiders() {}

    /** Returns whether anything has changed. */
    static boolean takeIn(ServiceLoop loop, Platform.Outside outside, Recorder recorder, Now now) {
        outside.went().forEach(id -> went(loop, id));
        outside.came().forEach(one -> came(loop, one, recorder, now));
        return !outside.equals(Platform.Outside.NOTHING);
    }

    private static void went(ServiceLoop loop, InstanceId id) {
        Optional<Instance> known = loop.state.find(id);
        if (known.isEmpty()) {
            return;
        }
        boolean stood = known.get().isStanding();
        loop.state = loop.state.with(id, Instance::asReplaced);
        if (stood) {
            loop.state = loop.state.withTarget(Math.max(0, loop.state.target() - 1));
        }
    }

    private static void came(ServiceLoop loop, Platform.Arrival one, Recorder recorder, Now now) {
        LaunchIntent intent = one.intent();
        recorder.record(
                new JournalEntry.Intended(now.wallMillis(), intent, Optional.empty()),
                Durability.LATER);
        loop.intents.put(intent.id(), intent);
        int target = loop.state.target();
        loop.state =
                loop.state
                        .after(new Command.Start(intent.id(), Optional.empty()), now)
                        .withTarget(target + 1);
        loop.identified(intent.id(), one.identity(), true, now);
    }
}
