package dev.ebb.sim.lab;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceFacts;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.ServiceName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a journal of Ebb's says of a service's instances: how long they took from their order to
 * serving, and from being taken out of rotation to their end; what they used for their requests;
 * and how old the readings of it were. Takes the entries in their order. For one thread.
 */
public final class JournalLessons {
    /** Readings nearer to each other drown in the ticks that CPU is counted in. */
    private static final double SPAN = 10;

    /** Between readings further apart, too much may have happened. */
    private static final double LONGEST = 60;

    private final ServiceName service;
    private final Samples starts = new Samples();
    private final Samples drains = new Samples();
    private final Samples ages = new Samples();
    private final UsageLine usage = new UsageLine();
    private final Map<InstanceId, Long> ordered = new HashMap<>();
    private final Map<InstanceId, Long> parked = new HashMap<>();
    private final Map<InstanceId, InstanceFacts> before = new HashMap<>();
    private final Set<InstanceId> seen = new HashSet<>();

    public JournalLessons(ServiceName service) {
        this.service = service;
    }

    /** One entry more, of whatever service. */
    public void take(JournalEntry entry) {
        switch (entry) {
            case JournalEntry.Opened _ -> {
                ordered.clear();
                before.clear();
            }
            case JournalEntry.Moved moved when moved.id().service().equals(service) -> moved(moved);
            case JournalEntry.Observed observed
                    when observed.observation().service().equals(service) ->
                    observed(observed);
            default -> {}
        }
    }

    private void moved(JournalEntry.Moved moved) {
        InstanceId id = moved.id();
        long at = moved.wallMillis();
        switch (moved.to()) {
            case STARTING -> ordered.put(id, at);
            case WARMING, SERVING -> {
                Long begin = ordered.remove(id);
                if (moved.from() == Lifecycle.STARTING && begin != null) {
                    plus(starts, at - begin);
                }
                parked.remove(id);
            }
            case PARKING -> parked.put(id, at);
            case GONE -> {
                Long begin = parked.remove(id);
                if (begin != null) {
                    plus(drains, at - begin);
                }
                ordered.remove(id);
                before.remove(id);
            }
            case FAILED -> {
                ordered.remove(id);
                parked.remove(id);
            }
            case PARKED, DRAINING, STOPPING -> {}
        }
    }

    /** Clocks on the wall may jump. */
    private static void plus(Samples samples, long millis) {
        if (millis >= 0 && millis < 86_400_000L) {
            samples.plus(millis / 1000.0);
        }
    }

    private void observed(JournalEntry.Observed observed) {
        long now = observed.observation().now().monotonicNanos();
        for (InstanceFacts facts : observed.observation().instances()) {
            if (facts.process().isPresent() && facts.traffic().isPresent()) {
                long oldest =
                        Math.min(
                                facts.process().get().measuredAtNanos(),
                                facts.traffic().get().measuredAtNanos());
                double age = (now - oldest) / 1e9;
                if (age >= 0 && age < LONGEST) {
                    ages.plus(age);
                }
                used(facts);
            }
        }
    }

    private void used(InstanceFacts facts) {
        InstanceFacts first = before.putIfAbsent(facts.id(), facts);
        if (first == null) {
            return;
        }
        double seconds =
                (facts.process().orElseThrow().measuredAtNanos()
                                - first.process().orElseThrow().measuredAtNanos())
                        / 1e9;
        if (seconds < SPAN && seconds >= 0) {
            return;
        }
        before.put(facts.id(), facts);
        long requests =
                facts.traffic().orElseThrow().requestsTotal()
                        - first.traffic().orElseThrow().requestsTotal();
        double cpu =
                (facts.process().orElseThrow().cpuNanosTotal()
                                - first.process().orElseThrow().cpuNanosTotal())
                        / 1e9;
        if (seconds <= LONGEST && seconds > 0 && requests > 0 && cpu >= 0) {
            usage.plus(requests / seconds, cpu / seconds / facts.allowance().cpuCores());
            seen.add(facts.id());
        }
    }

    /** Seconds from order to serving. */
    public Samples starts() {
        return starts;
    }

    /** Seconds from out of rotation to gone. */
    public Samples drains() {
        return drains;
    }

    /** How old readings were when something was decided by them, in seconds. */
    public Samples ages() {
        return ages;
    }

    /** Requests a second, and the share of its CPU that an instance used for them. */
    public UsageLine usage() {
        return usage;
    }

    /** Instances that {@link #usage} was read from. */
    public int instances() {
        return seen.size();
    }
}
