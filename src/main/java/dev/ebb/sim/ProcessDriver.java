package dev.ebb.sim;

import dev.ebb.control.EndpointSink;
import dev.ebb.control.Platform;
import java.util.SplittableRandom;

/**
 * Local processes behind Ebb's own gateway, with a journal in files: what dies with Ebb is the data
 * plane, with all that is in flight.
 */
final class ProcessDriver implements Driver {
    private final World world;
    private final Scenario scenario;
    private final SimJournal journal;

    ProcessDriver(World world, Scenario scenario, SplittableRandom random) {
        this.world = world;
        this.scenario = scenario;
        journal =
                new SimJournal(
                        50 + random.nextInt(300),
                        () -> world.conditions.is(Conditions.Trouble.DISK_FULL),
                        random.split());
    }

    @Override
    public SimRecord journal() {
        return journal;
    }

    @Override
    public EndpointSink sink(SplittableRandom random) {
        SimDataPlane plane = new SimDataPlane(world, scenario.loops(), random);
        world.attach(plane);
        return plane;
    }

    @Override
    public Platform platform(SplittableRandom random) {
        return new SimPlatform(world, random);
    }

    @Override
    public boolean stopsAtOnce() {
        return true;
    }

    @Override
    public void died(String how, SplittableRandom random) {
        world.detach();
        journal.crash();
        if (how.startsWith("after checkpoint") && random.nextBoolean()) {
            journal.tearNewestCheckpoint();
        }
    }

    @Override
    public void freeze(double seconds) {
        world.freeze(seconds);
    }
}
