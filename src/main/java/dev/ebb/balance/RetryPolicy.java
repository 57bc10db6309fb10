package dev.ebb.balance;

/**
 * When a request goes to another instance.
 *
 * @param enabled false sends every request once only, refused connects included
 * @param maxAttempts tries in all, the first included; instances that refuse the connection are
 *     passed over and do not count
 * @param budgetShare retries allowed as a share of requests; refused connects are exempt
 * @param budgetFloorPerSecond retries per second that are always allowed
 */
public record RetryPolicy(
        boolean enabled, int maxAttempts, double budgetShare, double budgetFloorPerSecond) {
    public static final RetryPolicy DEFAULT = new RetryPolicy(true, 3, 0.2, 10);
    public static final RetryPolicy OFF = new RetryPolicy(false, 1, 0, 0);
}
