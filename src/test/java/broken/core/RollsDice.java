package broken.core;

/** Breaks a rule on purpose. */
final class RollsDice {
    double roll() {
        return Math.random();
    }
}
