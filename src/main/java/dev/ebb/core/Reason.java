package dev.ebb.core;

import java.util.Map;

/**
 * Why something was decided: a code for programs, a sentence for people, and the numbers in it.
 *
 * @param code stable, lower case with underscores, for example {@code utilization_low}
 * @param text one plain sentence without a full stop, numbers included
 * @param numbers the sentence's figures by name, in the unit that the name ends in
 */
public record Reason(String code, String text, Map<String, Double> numbers) {

    public Reason {
        numbers = Map.copyOf(numbers);
    }

    public static Reason of(String code, String text) {
        return new Reason(code, text, Map.of());
    }
}
