package dev.ebb.sim;

import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.sim.Conditions.Trouble;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The platform as one life of Ebb has it. Processes belong to the world and survive it; what this
 * life knows of them does not. Exits of adopted instances come without a code, exits in general may
 * be noticed late. Single-threaded.
 */
final class SimPlatform implements Platform {
    private static final class Handle {
        final @Nullable SimInstance process;
        final String why;
        final boolean child;

        Handle(@Nullable SimInstance process, String why, boolean child) {
            this.process = process;
            this.why = why;
            this.child = child;
        }
    }

    private final World world;
    private final SplittableRandom random;
    private final Processes processes;
    private final Map<InstanceId, Handle> handles = new LinkedHashMap<>();

    SimPlatform(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
        this.processes = new Processes(world, random);
    }

    @Override
    public Planned plan(InstanceId id, Now now) {
        if (world.conditions.is(Trouble.PLAN_FAILS)) {
            return new Planned.Impossible("no free port in 20000-29999");
        }
        String token = "t" + Long.toHexString(random.nextLong());
        int port = 20_000 + random.nextInt(10_000);
        return new Planned.Ready(new LaunchIntent(id, token, "127.0.0.1", port, now.wallMillis()));
    }

    @Override
    public Started start(LaunchIntent intent) {
        if (world.conditions.is(Trouble.START_FAILS)) {
            String why = "the command does not exist";
            handles.put(intent.id(), new Handle(null, why, true));
            return new Started.Failed(why);
        }
        SimService service = world.service(intent.id().service());
        String identity = "boot/" + world.clock.nanos() + "/" + Long.toHexString(random.nextLong());
        SimInstance process = new SimInstance(intent, identity, service.model, world.clock.nanos());
        service.add(process);
        handles.put(intent.id(), new Handle(process, "", true));
        processes.boot(process);
        return new Started.Running(identity);
    }

    @Override
    public void stop(InstanceId id, Duration grace) {
        Handle handle = handles.get(id);
        SimInstance process = handle == null ? null : handle.process;
        if (process == null || !process.isAlive() || process.phase == SimInstance.Phase.ENDING) {
            return;
        }
        process.stopAsked = true;
        process.phase = SimInstance.Phase.ENDING;
        long forced = world.clock.nanos() + grace.toNanos();
        processes.finish(process, forced);
    }

    @Override
    public Map<InstanceId, Liveness> look() {
        Map<InstanceId, Liveness> seen = new HashMap<>();
        handles.forEach((id, handle) -> seen.put(id, liveness(handle)));
        return seen;
    }

    private Liveness liveness(Handle handle) {
        SimInstance process = handle.process;
        if (process == null) {
            return new Liveness.NotStarted(handle.why);
        }
        if (world.conditions.is(Trouble.UNCLEAR)) {
            return new Liveness.Unclear();
        }
        long late = handle.child ? 0 : SimClock.SECOND;
        if (world.conditions.is(Trouble.LATE_EXITS)) {
            late = 8 * SimClock.SECOND;
        }
        if (process.isAlive() || world.clock.nanos() < process.endedAt + late) {
            return new Liveness.Running();
        }
        return new Liveness.Exited(handle.child ? process.exitCode : OptionalInt.empty());
    }

    @Override
    public Map<InstanceId, String> adopt(Collection<Known> known) {
        Map<InstanceId, String> found = new HashMap<>();
        for (Known each : known) {
            for (SimInstance process : world.alive()) {
                boolean same =
                        each.identity()
                                .map(process.identity::equals)
                                .orElse(process.intent.token().equals(each.intent().token()));
                if (same) {
                    handles.put(each.intent().id(), new Handle(process, "", false));
                    found.put(each.intent().id(), process.identity);
                }
            }
        }
        return found;
    }

    @Override
    public void forget(InstanceId id) {
        handles.remove(id);
    }
}
