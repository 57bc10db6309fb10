package dev.ebb.gateway;

import dev.ebb.balance.RetryOn;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.tls.CertificateInUse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the gateway has counted since its start, summed over its event loops. Immutable; the parts
 * are read one after the other while traffic goes on, so they need not add up exactly.
 *
 * @param unrouted requests that no service was to answer: refused, or answered by the gateway
 *     itself
 * @param tls empty where none is configured
 * @param accessLog empty where none is written
 */
public record GatewayStats(
        Map<ServiceName, Traffic> services,
        Traffic unrouted,
        Connections connections,
        Optional<Tls> tls,
        Optional<AccessLogLines> accessLog) {
    public GatewayStats {
        services = Map.copyOf(services);
    }

    /** All services and what belonged to none. */
    public Traffic total() {
        return services.values().stream().reduce(unrouted, Traffic::plus);
    }

    /**
     * Lines that were written, and those that were not: because there were too many, or no disk.
     */
    public record AccessLogLines(long written, long dropped) {}

    /** Connections, cumulative; {@code opened - closed} are open now. */
    public record Connections(
            long clientsOpened, long clientsClosed, long upstreamOpened, long upstreamClosed) {}

    /**
     * What there is of TLS.
     *
     * @param clients handshakes with clients
     * @param instances handshakes with instances, checks included
     * @param certificates that clients are shown
     */
    public record Tls(
            Handshakes clients, Handshakes instances, List<CertificateInUse> certificates) {
        public Tls {
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * @param done that succeeded
     * @param failed by cause
     */
    public record Handshakes(long done, Map<String, Long> failed) {
        public Handshakes {
            failed = Map.copyOf(failed);
        }
    }

    /**
     * @param retries by what had failed, for example "connect-failure"
     * @param hedged second attempts beside a slow first one
     * @param hedgesWon of those, whose answer came first
     * @param queued requests that waited because all instances were at their limits
     * @param waiting of those, at this moment
     * @param ties what ties requests to instances
     */
    public record Resilience(
            Map<String, Long> retries,
            long hedged,
            long hedgesWon,
            long queued,
            long waiting,
            Ties ties) {
        public Resilience {
            retries = Map.copyOf(retries);
        }

        static Resilience of(long[] sums) {
            var retries = new TreeMap<String, Long>();
            for (RetryOn how : RetryOn.values()) {
                String name = how.name().toLowerCase(Locale.ROOT).replace('_', '-');
                retries.put(name, sums[Counters.cellOf(how)]);
            }
            // The two are read one after the other.
            long waiting = Math.max(0, sums[Counters.QUEUED] - sums[Counters.UNQUEUED]);
            return new Resilience(
                    retries,
                    sums[Counters.HEDGED],
                    sums[Counters.HEDGES_WON],
                    sums[Counters.QUEUED],
                    waiting,
                    new Ties(
                            sums[Counters.UNKEYED],
                            sums[Counters.SESSIONS_BEGUN],
                            sums[Counters.SESSIONS_MOVED]));
        }

        Resilience plus(Resilience other) {
            return new Resilience(
                    Traffic.sum(retries, other.retries),
                    hedged + other.hedged,
                    hedgesWon + other.hedgesWon,
                    queued + other.queued,
                    waiting + other.waiting,
                    ties.plus(other.ties));
        }
    }

    /**
     * @param unkeyed requests without the key by which their service's are placed
     * @param begun sessions that were bound to an instance for the first time
     * @param moved sessions that were bound to another, because theirs could not serve them
     */
    public record Ties(long unkeyed, long begun, long moved) {
        Ties plus(Ties other) {
            return new Ties(unkeyed + other.unkeyed, begun + other.begun, moved + other.moved);
        }
    }

    /**
     * @param requests whose head was understood and had a route
     * @param answers of instances, by class of status: "2xx" and so on
     * @param failed requests that the gateway answered with 502, 503 or 504, by cause
     * @param rejected requests that were the client's fault, by cause
     * @param retried attempts that were made again elsewhere
     * @param retriedByScaling of those, because the first instance was being removed
     * @param resilience what was done beside or instead of a plain attempt
     * @param truncated answers that broke off after their head had gone to the client
     * @param cancelled requests that the client gave up
     * @param unasked bytes from an instance that no request had asked for
     * @param bytesIn of requests' bodies
     * @param bytesOut of answers' bodies
     * @param ejections by live traffic or checks, as one event loop sees them
     * @param latency of complete answers, from the request's head to the answer's last byte
     */
    public record Traffic(
            long requests,
            Map<String, Long> answers,
            Map<String, Long> failed,
            Map<String, Long> rejected,
            long retried,
            long retriedByScaling,
            Resilience resilience,
            long truncated,
            long cancelled,
            long unasked,
            long bytesIn,
            long bytesOut,
            long ejections,
            long readmissions,
            LatencyCounts latency) {
        public Traffic {
            answers = Map.copyOf(answers);
            failed = Map.copyOf(failed);
            rejected = Map.copyOf(rejected);
        }

        static Traffic of(long[] sums) {
            var answers = new TreeMap<String, Long>();
            for (int i = 1; i < Counters.CLASSES; i++) {
                answers.put(i + "xx", sums[Counters.ANSWERS + i]);
            }
            var failed = new TreeMap<String, Long>();
            var rejected = new TreeMap<String, Long>();
            for (Refusal refusal : Refusal.values()) {
                var map = refusal.failure() ? failed : rejected;
                map.put(refusal.code(), sums[Counters.cellOf(refusal)]);
            }
            return new Traffic(
                    sums[Counters.REQUESTS],
                    answers,
                    failed,
                    rejected,
                    sums[Counters.RETRIED],
                    sums[Counters.RETRIED_BY_SCALING],
                    Resilience.of(sums),
                    sums[Counters.TRUNCATED],
                    sums[Counters.CANCELLED],
                    sums[Counters.UNASKED],
                    sums[Counters.BYTES_IN],
                    sums[Counters.BYTES_OUT],
                    sums[Counters.EJECTIONS],
                    sums[Counters.READMISSIONS],
                    Counters.latency(sums));
        }

        /** Requests that the gateway answered for want of an instance's answer. */
        public long failedTotal() {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }

        Traffic plus(Traffic other) {
            return new Traffic(
                    requests + other.requests,
                    sum(answers, other.answers),
                    sum(failed, other.failed),
                    sum(rejected, other.rejected),
                    retried + other.retried,
                    retriedByScaling + other.retriedByScaling,
                    resilience.plus(other.resilience),
                    truncated + other.truncated,
                    cancelled + other.cancelled,
                    unasked + other.unasked,
                    bytesIn + other.bytesIn,
                    bytesOut + other.bytesOut,
                    ejections + other.ejections,
                    readmissions + other.readmissions,
                    latency.plus(other.latency));
        }

        private static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> other) {
            var sums = new TreeMap<>(one);
            other.forEach((key, value) -> sums.merge(key, value, Long::sum));
            return sums;
        }
    }
}
