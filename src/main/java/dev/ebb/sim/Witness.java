package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.util.List;

/**
 * Sees every command that reaches a port, what each port answers, and what befalls requests. It
 * changes nothing.
 */
interface Witness {

    /** Before a process is spawned. */
    default void starting(LaunchIntent intent) {}

    default void started(LaunchIntent intent, Platform.Started result) {}

    /** Before an instance is asked to end. */
    default void stopping(InstanceId id) {}

    /** An instance that was asked to end is about to: from here on it cannot be taken back. */
    default void ending(InstanceId id) {}

    /** Somebody else has asked for another number of instances. */
    default void scaledByOthers(ServiceName service, int replicas) {}

    /** A rule of others was broken. */
    default void broken(String what) {}

    /** Something that is worth a line in the timeline. */
    default void told(String what) {}

    default void published(EndpointSnapshot snapshot) {}

    default void reported(ServiceName service, EndpointSink.Report report) {}

    default void measured(MetricSource.Metrics metrics) {}

    default void answered(ServiceName service, List<QueryReading> answers) {}

    default void appended(
            JournalEntry entry, Journal.Durability durability, Journal.Appended result) {}

    /** Requests were lost because their instance was removed. */
    default void lost(InstanceId id, int requests, String how) {}

    /** The other end of a process, asked for or not. */
    default void ended(SimInstance process) {}
}
