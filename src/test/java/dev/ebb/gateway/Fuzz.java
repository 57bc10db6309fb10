package dev.ebb.gateway;

/** What the fuzz targets share. */
final class Fuzz {
    private Fuzz() {}

    static void same(String input, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new IllegalStateException(
                    "%s\n  is not\n%s\n  for\n%s".formatted(found, expected, input));
        }
    }

    static void holds(boolean good, String what, String input) {
        if (!good) {
            throw new IllegalStateException(what + ": " + input);
        }
    }
}
