package dev.ebb.demo;

/**
 * The demo's load. What one instance can carry depends on the machine, so it is measured while all
 * are at work, and the later loads are given in such shares. The usual figures fit the policy of
 * examples/demo.yaml: an instance may use 0.12 cores and should use 60 % of them, and a request
 * costs a millisecond of CPU or a little more.
 *
 * @param fleet instances to begin with
 * @param high requests per second that keep all of them busy
 * @param low load for which two instances suffice, with room for the failure of one; in what one
 *     instance carries at its target
 * @param middle load for which three are needed, in the same unit
 * @param share what one instance carries at its target, in requests per second, if that cannot be
 *     measured; a measurement counts from four fifths to one and a half of it, because a starved
 *     machine measures nonsense
 */
public record DemoSettings(int fleet, double high, double low, double middle, double share) {
    public static final DemoSettings USUAL = new DemoSettings(5, 350, 1.3, 2.6, 70);
}
