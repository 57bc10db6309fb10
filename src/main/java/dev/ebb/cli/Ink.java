package dev.ebb.cli;

import java.io.Console;
import java.util.Optional;

/** Colours, where they are wanted: in a terminal, without NO_COLOR. Immutable. */
record Ink(boolean on) {

    static Ink of(boolean terminal) {
        String no = System.getenv("NO_COLOR");
        String term = System.getenv("TERM");
        return new Ink(terminal && (no == null || no.isEmpty()) && !"dumb".equals(term));
    }

    static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    String bold(String text) {
        return code("1", text);
    }

    String dim(String text) {
        return code("2", text);
    }

    String red(String text) {
        return code("31", text);
    }

    String green(String text) {
        return code("32", text);
    }

    String yellow(String text) {
        return code("33", text);
    }

    String blue(String text) {
        return code("36", text);
    }

    private String code(String code, String text) {
        return on && !text.isEmpty() ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
    }
}
