package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Platform;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Policy;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;

/**
 * The independent judge of a run: I1 to I6, I8 to I10. It sees the god's view and every command
 * that reached a port, and shares no code with what it judges. Each check says in its own words how
 * its invariant is read: {@link ParkChecks} (I1, I3, I4, I5, I8), {@link StopChecks} (I1, I2, I4,
 * I6, I8), {@link LifeChecks} (I6, I8), {@link SteadyChecks} (I5, I10). I9 is all of I1 to I6 in
 * runs with ticks removed or clocks that jump. Lost requests are counted by the world itself.
 */
final class Invariants implements Witness {
    private final Facts facts;
    private final ParkChecks parks;
    private final StopChecks stops;
    private final LifeChecks lives;
    private final SteadyChecks steady;

    Invariants(Facts facts) {
        this.facts = facts;
        parks = new ParkChecks(facts);
        stops = new StopChecks(facts);
        lives = new LifeChecks(facts);
        steady = new SteadyChecks(facts);
    }

    List<Violation> violations() {
        return List.copyOf(facts.violations);
    }

    @Override
    public void starting(LaunchIntent intent) {
        lives.starting(intent);
        steady.starting(intent);
    }

    @Override
    public void started(LaunchIntent intent, Platform.Started result) {
        facts.started(intent);
    }

    @Override
    public void stopping(InstanceId id) {
        stops.stopping(id);
    }

    @Override
    public void ending(InstanceId id) {
        stops.ending(id);
    }

    @Override
    public void scaledByOthers(ServiceName service, int replicas) {
        ServiceFacts known = facts.of(service);
        known.sanctioned = Math.max(known.sanctioned, replicas);
    }

    @Override
    public void broken(String what) {
        facts.violation("-", what);
    }

    @Override
    public void published(EndpointSnapshot snapshot) {
        facts.published(snapshot);
    }

    @Override
    public void reported(ServiceName service, EndpointSink.Report report) {
        facts.reported(service, report);
    }

    @Override
    public void measured(MetricSource.Metrics metrics) {
        facts.measured(metrics);
    }

    @Override
    public void answered(ServiceName service, List<QueryReading> answers) {
        facts.of(service).answers.take(answers, facts.world.clock);
    }

    @Override
    public void appended(
            JournalEntry entry, Journal.Durability durability, Journal.Appended result) {
        facts.appended(entry, result);
        if (entry instanceof JournalEntry.Moved moved) {
            stops.moved(moved);
        }
    }

    /** I2 from the other side: a request that fails because its instance was removed. */
    @Override
    public void lost(InstanceId id, int requests, String how) {
        boolean cut = facts.of(id).policy.drain().then() == Policy.AtDeadline.CUT;
        if (!cut && !facts.shuttingDown && !facts.trail(id).gaveUp) {
            facts.violation("I2", requests + " requests lost on " + id + ": " + how);
        }
    }

    void afterStep(Status status) {
        for (ServiceStatus each : status.services()) {
            ServiceFacts service = facts.of(each.name());
            service.status = Optional.of(each);
            parks.afterStep(service);
            stops.afterStep(service);
            steady.holds(each);
            steady.parked(service);
        }
        stops.claims();
        lives.adopted(status);
        lives.journal(status);
        facts.stepsInLife++;
        facts.recovering = false;
    }

    void afterRun() {
        facts.services.values().forEach(steady::settled);
        facts.services.values().forEach(steady::unrouted);
    }
}
