package dev.ebb.sim;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened in a run, in lines that a person can read: load and fleet now and then, each move
 * with its reasons, faults, deaths of Ebb. Limited in length. The same seed gives the same lines.
 */
final class Timeline implements Witness {
    private static final int LINES_MAX = 20_000;

    private final SimClock clock;
    private final List<String> lines = new ArrayList<>();

    Timeline(SimClock clock) {
        this.clock = clock;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    void add(String text) {
        if (lines.size() < LINES_MAX) {
            long tenths = clock.nanos() / 100_000_000;
            lines.add(tenths / 10 + "." + tenths % 10 + " s  " + text);
        }
    }

    @Override
    public void started(LaunchIntent intent, Platform.Started result) {
        add(
                switch (result) {
                    case Platform.Started.Running _ -> "START " + intent.id();
                    case Platform.Started.Failed failed ->
                            "START of " + intent.id() + " failed: " + failed.why();
                });
    }

    @Override
    public void stopping(InstanceId id) {
        add("STOP " + id);
    }

    @Override
    public void told(String what) {
        add(what);
    }

    @Override
    public void ended(SimInstance process) {
        add("ended: " + process.id() + (process.stopAsked ? "" : ", unasked"));
    }

    @Override
    public void lost(InstanceId id, int requests, String how) {
        add("LOST " + requests + " on " + id + ": " + how);
    }

    @Override
    public void appended(
            JournalEntry entry, Journal.Durability durability, Journal.Appended result) {
        String failed = result instanceof Journal.Appended.Failed ? " (not journalled)" : "";
        switch (entry) {
            case JournalEntry.Moved moved ->
                    add(
                            "%s %s -> %s, %d in flight%s: %s%s"
                                    .formatted(
                                            moved.id(),
                                            moved.from(),
                                            moved.to(),
                                            moved.inFlight(),
                                            moved.byOperator() ? ", by order" : "",
                                            reasons(moved.reasons()),
                                            failed));
            case JournalEntry.HealthChanged changed ->
                    add(
                            changed.id()
                                    + " is "
                                    + changed.to()
                                    + ": "
                                    + changed.reason().text()
                                    + failed);
            case JournalEntry.Intended intended ->
                    add(
                            "intent: "
                                    + intended.intent().id()
                                    + intended.replaces().map(id -> " for " + id).orElse("")
                                    + failed);
            default -> {}
        }
    }

    private static String reasons(List<Reason> reasons) {
        return String.join("; ", reasons.stream().map(Reason::text).toList());
    }
}
