package dev.ebb.console;

import dev.ebb.control.Status;
import dev.ebb.core.LatencyCounts;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the admin API shows at one moment. Immutable.
 *
 * @param traffic by service name; the empty name stands for what had no route
 * @param failures the newest of each service that had one in this life of Ebb
 * @param tls empty where none is configured
 * @param accessLog empty where none is written
 * @param reports empty where instances are not asked for reports of their own
 */
public record View(
        About ebb,
        Status status,
        Map<String, Traffic> traffic,
        List<LastFailure> failures,
        Loop loop,
        Optional<Tls> tls,
        Optional<AccessLog> accessLog,
        Optional<Reports> reports) {
    public View {
        traffic = Map.copyOf(traffic);
        failures = List.copyOf(failures);
    }

    /** Of an Ebb that asks no instance for reports of its own. */
    public View(
            About ebb,
            Status status,
            Map<String, Traffic> traffic,
            List<LastFailure> failures,
            Loop loop,
            Optional<Tls> tls,
            Optional<AccessLog> accessLog) {
        this(ebb, status, traffic, failures, loop, tls, accessLog, Optional.empty());
    }

    /**
     * What instances say of their own load, since the start.
     *
     * @param malformed that made no sense or could not be read, and were ignored
     */
    public record Reports(long malformed) {}

    /**
     * Lines of the access log since the start.
     *
     * @param dropped for which there was no room
     */
    public record AccessLog(long written, long dropped) {}

    /**
     * The newest failure of a service's instances.
     *
     * @param reason a sentence without a full stop
     * @param output the last lines that the instance wrote
     */
    public record LastFailure(
            String service, String instance, long wallMillis, String reason, List<String> output) {
        public LastFailure {
            output = List.copyOf(output);
        }
    }

    /**
     * The running Ebb.
     *
     * @param startedWallMillis since the epoch
     * @param listen where the gateway accepts requests
     * @param file the configuration, as an absolute path
     * @param routes what goes where, for people
     */
    public record About(
            String version,
            long pid,
            long startedWallMillis,
            String listen,
            String file,
            List<Routed> routes) {
        public About {
            routes = List.copyOf(routes);
        }
    }

    /** A service's route, for example {@code shop.example.com/api} or {@code *}{@code /}. */
    public record Routed(String service, String route) {}

    /**
     * @param retries by what had failed, for example {@code connect-failure}
     * @param hedged second attempts beside a slow first one
     * @param hedgesWon of those, whose answer came first
     * @param queued requests that waited because all instances were at their limits
     * @param waiting of those, at this moment
     * @param unkeyed requests without the key by which their service's are placed
     * @param sessionsBegun that were bound to an instance for the first time
     * @param sessionsMoved that were bound to another, because theirs could not serve them
     */
    public record Resilience(
            Map<String, Long> retries,
            long hedged,
            long hedgesWon,
            long queued,
            long waiting,
            long unkeyed,
            long sessionsBegun,
            long sessionsMoved) {
        public Resilience {
            retries = Map.copyOf(retries);
        }
    }

    /**
     * What the gateway counted for one service since it started.
     *
     * @param answers of instances by class of status, for example {@code 2xx}
     * @param failed requests that the gateway itself answered with 502, 503 or 504, by cause
     * @param rejected requests that were the client's fault, by cause
     * @param retriedDueToScaling of those retried
     * @param resilience what was done beside or instead of a plain attempt
     * @param truncated answers that broke off after their head had gone to the client
     * @param cancelled requests that the client gave up
     */
    public record Traffic(
            long requests,
            Map<String, Long> answers,
            Map<String, Long> failed,
            Map<String, Long> rejected,
            long retried,
            long retriedDueToScaling,
            Resilience resilience,
            long truncated,
            long cancelled,
            long ejections,
            long readmissions,
            LatencyCounts latency) {
        public Traffic {
            answers = Map.copyOf(answers);
            failed = Map.copyOf(failed);
            rejected = Map.copyOf(rejected);
        }

        public long failedTotal() {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * How the control loop is doing.
     *
     * @param ticks decisions made
     * @param skipped ticks that fell out because the one before took too long
     * @param lastTickNanos what the last one took
     * @param longestTickNanos what the longest one took
     * @param sinceLastNanos time since the last one ended
     * @param waiting who had to wait for the next one
     */
    public record Loop(
            long ticks,
            long skipped,
            long lastTickNanos,
            long longestTickNanos,
            long sinceLastNanos,
            Waiting waiting) {

        /** One in which every tick has time for all services. */
        public Loop(
                long ticks,
                long skipped,
                long lastTickNanos,
                long longestTickNanos,
                long sinceLastNanos) {
            this(ticks, skipped, lastTickNanos, longestTickNanos, sinceLastNanos, Waiting.NOBODY);
        }
    }

    /**
     * Where there are more services than a tick has time for.
     *
     * @param services that had no turn in the last tick
     * @param longestNanos of these, since the last decision about one
     * @param shortTicks in which not all had a turn
     */
    public record Waiting(long services, long longestNanos, long shortTicks) {
        static final Waiting NOBODY = new Waiting(0, 0, 0);
    }

    /**
     * What there is of TLS.
     *
     * @param clients handshakes with clients
     * @param instances handshakes with instances, checks included
     * @param certificates that clients are shown
     */
    public record Tls(Handshakes clients, Handshakes instances, List<Certificate> certificates) {
        public Tls {
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * Since Ebb started.
     *
     * @param done that succeeded
     * @param failed by cause
     */
    public record Handshakes(long done, Map<String, Long> failed) {
        public Handshakes {
            failed = Map.copyOf(failed);
        }
    }

    /** A certificate in use, and when the first of its chain expires, since the epoch. */
    public record Certificate(String file, List<String> names, long expiresWallMillis) {
        public Certificate {
            names = List.copyOf(names);
        }
    }
}
