package dev.ebb.pki;

import java.util.List;

/** What came of reading files: a value and what is worth a second look, or all that is wrong. */
public sealed interface Checked<T> {
    /** It can be used. */
    record Good<T>(T value, List<Flaw> warnings) implements Checked<T> {
        public Good {
            warnings = List.copyOf(warnings);
        }
    }

    /** It cannot be used; at least one flaw says why. */
    record Bad<T>(List<Flaw> flaws) implements Checked<T> {
        public Bad {
            flaws = List.copyOf(flaws);
        }
    }
}
