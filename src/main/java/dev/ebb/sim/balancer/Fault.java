package dev.ebb.sim.balancer;

/** What is wrong with an instance, from some moment on. */
sealed interface Fault {

    /** Everything takes so many times as long. 10 is a tenth of the CPU. */
    record Slow(double times) implements Fault {}

    /** A share of the requests takes so many times as long, whichever they are. */
    record Stalls(double share, double times) implements Fault {}

    /** A share of the requests is answered with 503 at once. */
    record FailsFast(double share) implements Fault {}

    /** Its process is gone: what is in it is cut, connects are refused. */
    record Dead() implements Fault {}

    /** Stopped (SIGSTOP): the kernel still accepts connections, nobody answers. */
    record Frozen() implements Fault {}

    /** Well again. */
    record Recovered() implements Fault {}
}
