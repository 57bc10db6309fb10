package dev.ebb.sim;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import dev.ebb.core.TrafficReading;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the simulated data plane knows of one endpoint: requests in flight per event loop, totals,
 * the state of its checks and of passive ejection. Mutable, single-threaded; world time.
 */
final class PlaneCell {
    final InstanceId id;
    final int[] inFlight;
    final int[] streams;
    long requests;
    long failures;
    double latencyNanos;
    long retriedForScaling;
    long lostToScaling;
    int arrived;

    Health health = Health.UNKNOWN;
    Optional<Reason> reason = Optional.empty();
    private int good;
    private int bad;
    private long nextCheck;
    private int connectErrors;
    private int failuresInRow;
    private long ejectedUntil = Long.MIN_VALUE;
    private int ejections;

    PlaneCell(InstanceId id, int loops, long now) {
        this.id = id;
        inFlight = new int[loops];
        streams = new int[loops];
        nextCheck = now;
    }

    int total() {
        int sum = 0;
        for (int n : inFlight) {
            sum += n;
        }
        return sum;
    }

    int totalStreams() {
        int sum = 0;
        for (int n : streams) {
            sum += n;
        }
        return sum;
    }

    /** Forgets everything that was in flight; for when the other side is gone. */
    int drop() {
        int dropped = total();
        Arrays.fill(inFlight, 0);
        Arrays.fill(streams, 0);
        return dropped;
    }

    /** Runs the active check if it is due. */
    void check(boolean answers, CheckPolicy policy, long now, double jitter) {
        if (now < nextCheck) {
            return;
        }
        double factor = 1 + policy.jitter() * jitter;
        nextCheck = now + (long) (policy.interval().toNanos() * factor);
        good = answers ? good + 1 : 0;
        bad = answers ? 0 : bad + 1;
        switch (health) {
            case UNKNOWN -> {
                if (good >= 1) {
                    become(Health.HEALTHY, "check_good", "The first check was good");
                }
            }
            case HEALTHY -> {
                if (bad >= policy.fall()) {
                    become(Health.EJECTED, "checks_failed", bad + " checks failed in a row");
                }
            }
            case EJECTED -> {
                if (good >= policy.rise() && now >= ejectedUntil) {
                    become(Health.HEALTHY, "checks_good", good + " checks were good in a row");
                }
            }
        }
    }

    /** Requests that were answered. */
    void answered(int count, int failed, BalancePolicy policy, boolean mayEject, long now) {
        requests += count;
        failures += failed;
        if (failed == 0) {
            failuresInRow = count > 0 ? 0 : failuresInRow;
            return;
        }
        failuresInRow = failed == count ? failuresInRow + failed : failed / 2;
        int limit = policy.ejection().consecutiveFailures();
        if (limit > 0 && failuresInRow >= limit && mayEject) {
            eject("failures", failuresInRow + " responses failed in a row", policy, now);
        }
    }

    /** Connects that were refused. */
    void refused(int count, BalancePolicy policy, boolean mayEject, long now) {
        connectErrors += count;
        failures += count;
        requests += count;
        int limit = policy.ejection().consecutiveConnectErrors();
        if (limit > 0 && connectErrors >= limit && mayEject) {
            eject("connect_errors", connectErrors + " connects failed in a row", policy, now);
        }
    }

    void connected() {
        connectErrors = 0;
    }

    private void eject(String code, String text, BalancePolicy policy, long now) {
        if (health != Health.HEALTHY) {
            return;
        }
        long base = policy.ejection().baseTime().toNanos();
        long time =
                Math.min(base << Math.min(ejections, 10), policy.ejection().maxTime().toNanos());
        ejections++;
        ejectedUntil = now + time;
        become(Health.EJECTED, code, text);
    }

    private void become(Health next, String code, String text) {
        health = next;
        reason = Optional.of(Reason.of(code, text));
        good = 0;
        bad = 0;
        connectErrors = 0;
        failuresInRow = 0;
    }

    EndpointSink.EndpointReport report(long monotonicNanos) {
        return new EndpointSink.EndpointReport(
                new TrafficReading(
                        monotonicNanos,
                        total(),
                        totalStreams(),
                        requests,
                        failures,
                        (long) latencyNanos),
                health,
                reason,
                new EndpointSink.Ledger(retriedForScaling, 0, lostToScaling));
    }
}
