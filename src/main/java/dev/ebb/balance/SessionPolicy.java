package dev.ebb.balance;

import java.time.Duration;
import java.util.Optional;

/**
 * Sessions: a client's requests go on to the instance that answered its first one. Immutable.
 *
 * @param cookie its name
 * @param ttl how long a client's browser keeps it after the last request; empty for as long as the
 *     browser runs
 * @param window a session counts at its instance for so long after its last request
 * @param path of the cookie
 * @param sameSite of the cookie (RFC 6265bis)
 */
public record SessionPolicy(
        String cookie, Optional<Duration> ttl, Duration window, String path, SameSite sameSite) {
    public static final Duration WINDOW = Duration.ofMinutes(10);

    /** Whether browsers send the cookie with requests that another site caused. */
    public enum SameSite {
        LAX,
        STRICT,
        /** Always; browsers want it over HTTPS only. */
        NONE
    }

    /** With what is usual. */
    public SessionPolicy(String cookie) {
        this(cookie, Optional.empty(), WINDOW, "/", SameSite.LAX);
    }
}
