package dev.ebb.journal;

import dev.ebb.control.JournalEntry;

/** A step in an instance's life, in words. */
record Step(String kind, String text) {

    static Step of(JournalEntry.Moved moved) {
        return switch (moved.to()) {
            case STARTING -> new Step("start", "starting");
            case WARMING -> new Step("ready", "ready; takes a growing share of the requests");
            case SERVING ->
                    moved.from().canBeRescued()
                            ? new Step("rescue", "rescued: back in rotation")
                            : new Step("serve", "in full rotation");
            case PARKING ->
                    new Step("park", "parked: gets nothing new" + inFlight(moved.inFlight()));
            case PARKED -> new Step("trial", "on trial: alive and warm, receives nothing");
            case DRAINING ->
                    new Step(
                            "drain",
                            "trial won; what is open is asked to move"
                                    + inFlight(moved.inFlight()));
            case STOPPING ->
                    new Step(
                            "stop",
                            moved.inFlight() == 0
                                    ? "asked to end, nothing in flight"
                                    : "asked to end" + inFlight(moved.inFlight()));
            case GONE -> new Step("gone", "gone");
            case FAILED -> new Step("fail", "failed");
        };
    }

    private static String inFlight(int inFlight) {
        return inFlight == 0 ? "" : ", " + inFlight + " in flight";
    }
}
