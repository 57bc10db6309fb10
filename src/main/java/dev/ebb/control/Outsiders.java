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

    /**
     * Before it is asked who lives: who went and was said to run all the same would count among
     * those that stand, and be owed once it is seen to be gone.
     */
    static void takeIn(ServiceLoop loop, Platform platform, Recorder recorder, Now now) {
        int next = loop.state.nextOrdinal();
        Platform.Outside outside = platform.outside(loop.plan.name(), next, now);
        outside.went().forEach(id -> went(loop, id));
        outside.came().forEach(one -> came(loop, one, recorder, now));
        if (!outside.equals(Platform.Outside.NOTHING)) {
            loop.rememberSoon();
        }
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
