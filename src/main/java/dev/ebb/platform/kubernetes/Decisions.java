package dev.ebb.platform.kubernetes;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The newest decisions about one workload, in the words of pods. Bounded; thread-safe. */
final class Decisions {
    private static final int KEPT = 10;

    /** Of a pod that data planes have ejected. */
    private static final String EJECTED = "data_planes_ejected";

    /**
     * One decision, or what came of one.
     *
     * @param action {@code start}, {@code ready}, {@code park}, {@code parked}, {@code rescue},
     *     {@code drain}, {@code remove}, {@code gone}, {@code fail}, {@code eject} or {@code
     *     readmit}
     * @param pod empty as long as there is none
     */
    record Decision(long wallMillis, String action, String pod, List<String> reasons) {
        Decision {
            reasons = List.copyOf(reasons);
        }

        /** Whether it is worth an Event: what Ebb does, not what it sees. */
        boolean isDeed() {
            return switch (action) {
                case "start", "park", "rescue", "remove", "gone" -> true;
                default -> false;
            };
        }

        /** For a log, without the time and the ServiceScale. */
        String line() {
            String what = pod.isEmpty() ? action + " a pod" : action + " " + pod;
            return reasons.isEmpty() ? what : what + ": " + String.join("; ", reasons);
        }
    }

    private final Fleet fleet;
    private final Function<String, Optional<String>> remark;
    private final Deque<Decision> newest = new ArrayDeque<>();

    /** Whom data planes have ejected, of those that are there. */
    private final Set<InstanceId> ejected = new HashSet<>();

    /**
     * @param remark what else is to be known of an action
     */
    Decisions(Fleet fleet, Function<String, Optional<String>> remark) {
        this.fleet = fleet;
        this.remark = remark;
    }

    /** What an entry of the journal says of a pod; empty where it says nothing of one. */
    Optional<Decision> hear(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Moved moved when !isRefusal(moved) -> moved(moved);
            case JournalEntry.HealthChanged changed -> changed(changed);
            default -> Optional.empty();
        };
    }

    /** Kubernetes itself tells what its own checks find; this is of what data planes find. */
    private Optional<Decision> changed(JournalEntry.HealthChanged changed) {
        boolean out = changed.reason().code().equals(EJECTED);
        synchronized (newest) {
            boolean back = !out && ejected.remove(changed.id());
            if (out) {
                ejected.add(changed.id());
            } else if (!back) {
                return Optional.empty();
            }
        }
        String why = out ? fleet.inWords(changed.reason().text()) : "data planes pick it again";
        return Optional.of(
                keep(
                        new Decision(
                                changed.wallMillis(),
                                out ? "eject" : "readmit",
                                pod(changed.id()),
                                List.of(why))));
    }

    private String pod(InstanceId id) {
        return fleet.of(id).map(Fleet.Bound::pod).orElse("");
    }

    private Optional<Decision> moved(JournalEntry.Moved moved) {
        if (moved.to() == Lifecycle.GONE) {
            synchronized (newest) {
                ejected.remove(moved.id());
            }
        }
        String pod = pod(moved.id());
        String action = action(moved.from(), moved.to());
        List<String> reasons =
                Stream.concat(
                                moved.reasons().stream().map(Reason::text).map(fleet::inWords),
                                remark.apply(action).stream())
                        .toList();
        return Optional.of(keep(new Decision(moved.wallMillis(), action, pod, reasons)));
    }

    private Decision keep(Decision decision) {
        synchronized (newest) {
            newest.addFirst(decision);
            while (newest.size() > KEPT) {
                newest.removeLast();
            }
        }
        return decision;
    }

    /** A start that may not be is tried again and again; the holds say why. */
    private static boolean isRefusal(JournalEntry.Moved moved) {
        return moved.to() == Lifecycle.FAILED
                && moved.reasons().stream().anyMatch(r -> r.code().equals("cannot_start"));
    }

    private static String action(Lifecycle from, Lifecycle to) {
        return switch (to) {
            case STARTING -> "start";
            case WARMING -> "ready";
            case SERVING -> from.canBeRescued() ? "rescue" : "ready";
            case PARKING -> "park";
            case PARKED -> "parked";
            case DRAINING -> "drain";
            case STOPPING -> "remove";
            case GONE -> "gone";
            case FAILED -> "fail";
        };
    }

    /** The newest first. */
    List<Decision> newest() {
        synchronized (newest) {
            return new ArrayList<>(newest);
        }
    }
}
