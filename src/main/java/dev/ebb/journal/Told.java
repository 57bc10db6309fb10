package dev.ebb.journal;

import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.List;
import java.util.Optional;

/**
 * One thing that happened, told. Immutable; also the form in which it goes out as JSON.
 *
 * @param kind one word, stable: start, replace, adopt, ready, serve, park, trial, drain, stop,
 *     gone, rescue, fail, eject, readmit, mark, freeze, thaw, scale, hold, configure, open, close
 * @param text what was done, for people; no full stop
 * @param because why, sentence by sentence
 * @param rather why this instance and not the runner-up; empty where there was nothing to choose
 * @param reasons the reasons with their codes and numbers
 */
public record Told(
        long sequence,
        long wallMillis,
        String kind,
        Optional<InstanceId> instance,
        String text,
        List<String> because,
        Optional<String> rather,
        List<Reason> reasons) {
    public Told {
        because = List.copyOf(because);
        reasons = List.copyOf(reasons);
    }
}
