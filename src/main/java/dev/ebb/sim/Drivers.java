package dev.ebb.sim;

import java.util.SplittableRandom;

/** Which kind of platform and data plane a world has. */
public enum Drivers {
    /** Local processes behind Ebb's own gateway, with a journal in files. */
    PROCESS("process"),
    /** Pods that a ReplicaSet keeps, seen through watches; the pods are the record. */
    KUBERNETES("kubernetes");

    private final String word;

    Drivers(String word) {
        this.word = word;
    }

    /** As it is named on a command line. */
    @Override
    public String toString() {
        return word;
    }

    Driver in(World world, Scenario scenario, SplittableRandom random) {
        return switch (this) {
            case PROCESS -> new ProcessDriver(world, scenario, random);
            case KUBERNETES -> new PodDriver(world, scenario, random);
        };
    }

    Scenario scenario(long seed) {
        Scenario drawn = Scenarios.of(seed);
        return switch (this) {
            case PROCESS -> drawn;
            case KUBERNETES -> new PodScenarios(drawn).get();
        };
    }
}
