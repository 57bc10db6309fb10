package dev.ebb.control;

import dev.ebb.core.Explanation;
import dev.ebb.core.Hold;
import dev.ebb.core.Need;
import dev.ebb.core.Planned;
import dev.ebb.core.Ranked;
import dev.ebb.core.Reason;
import java.util.Arrays;
import java.util.Map;

/**
 * A number for all that an explanation says, each figure to its last bit: the same in any process,
 * so that a replay can compare the decisions that were not worth an entry. FNV-1a over 64-bit
 * words; it tells mistakes, not forgeries.
 */
final class Digest {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private long value = OFFSET;

    private Digest() {}

    static long of(Explanation explanation) {
        Digest digest = new Digest();
        digest.add(explanation.serving());
        digest.add(explanation.wanted());
        for (Need need : explanation.needs()) {
            digest.add(need.source());
            digest.add(need.out());
            digest.add(need.in());
            digest.add(need.reason());
        }
        for (Ranked ranked : explanation.ranking()) {
            digest.add(ranked.id().toString());
            digest.add(Double.doubleToLongBits(ranked.utilization()));
            digest.add(Double.doubleToLongBits(ranked.cost()));
            digest.add(ranked.reason());
        }
        for (Planned planned : explanation.planned()) {
            digest.add(planned.command().toString());
            planned.reasons().forEach(digest::add);
        }
        for (Hold hold : explanation.holds()) {
            digest.add(hold.why());
            digest.add(hold.release());
        }
        explanation.fall().ifPresent(digest::add);
        return digest.value;
    }

    private void add(Reason reason) {
        add(reason.code());
        add(reason.text());
        Map<String, Double> numbers = reason.numbers();
        String[] names = numbers.keySet().toArray(String[]::new);
        Arrays.sort(names);
        for (String name : names) {
            add(name);
            add(Double.doubleToLongBits(numbers.getOrDefault(name, 0.0)));
        }
    }

    private void add(String text) {
        for (int i = 0; i < text.length(); i++) {
            add(text.charAt(i));
        }
        add(text.length());
    }

    /** The shift lets high bits, in which round numbers differ, reach the low ones. */
    private void add(long word) {
        value = (value ^ word) * PRIME;
        value ^= value >>> 32;
    }
}
