package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.util.List;

/** Tells several witnesses the same, and counts what Ebb did. */
final class Witnesses implements Witness {
    int starts;
    int parks;
    int rescues;
    int stops;
    private final List<Witness> all;

    Witnesses(Witness... all) {
        this.all = List.of(all);
    }

    @Override
    public void starting(LaunchIntent intent) {
        all.forEach(it -> it.starting(intent));
    }

    @Override
    public void started(LaunchIntent intent, Platform.Started result) {
        starts++;
        all.forEach(it -> it.started(intent, result));
    }

    @Override
    public void stopping(InstanceId id) {
        all.forEach(it -> it.stopping(id));
    }

    @Override
    public void ending(InstanceId id) {
        all.forEach(it -> it.ending(id));
    }

    @Override
    public void scaledByOthers(ServiceName service, int replicas) {
        all.forEach(it -> it.scaledByOthers(service, replicas));
    }

    @Override
    public void broken(String what) {
        all.forEach(it -> it.broken(what));
    }

    @Override
    public void told(String what) {
        all.forEach(it -> it.told(what));
    }

    @Override
    public void published(EndpointSnapshot snapshot) {
        all.forEach(it -> it.published(snapshot));
    }

    @Override
    public void reported(ServiceName service, EndpointSink.Report report) {
        all.forEach(it -> it.reported(service, report));
    }

    @Override
    public void measured(MetricSource.Metrics metrics) {
        all.forEach(it -> it.measured(metrics));
    }

    @Override
    public void answered(ServiceName service, List<QueryReading> answers) {
        all.forEach(it -> it.answered(service, answers));
    }

    @Override
    public void appended(
            JournalEntry entry, Journal.Durability durability, Journal.Appended result) {
        if (entry instanceof JournalEntry.Moved moved) {
            parks += moved.to() == Lifecycle.PARKING ? 1 : 0;
            stops += moved.to() == Lifecycle.STOPPING ? 1 : 0;
            boolean back = moved.from().canBeRescued() && moved.to().inRotation();
            rescues += back ? 1 : 0;
        }
        all.forEach(it -> it.appended(entry, durability, result));
    }

    @Override
    public void lost(InstanceId id, int requests, String how) {
        all.forEach(it -> it.lost(id, requests, how));
    }

    @Override
    public void ended(SimInstance process) {
        all.forEach(it -> it.ended(process));
    }
}
