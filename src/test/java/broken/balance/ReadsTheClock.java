package broken.balance;

/** Breaks a rule on purpose. */
final class ReadsTheClock {
    long now() {
        return System.currentTimeMillis();
    }
}
