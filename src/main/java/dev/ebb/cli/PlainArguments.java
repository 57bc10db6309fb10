package dev.ebb.cli;

import java.util.List;

/**
 * Walks along a plain command line: {@code --name value}, {@code --name=value} and {@code --flag}.
 * Whatever else there is makes it not {@link #good}; then the full parser takes the line and says
 * what is wrong. So this one explains nothing. For one thread.
 */
final class PlainArguments {
    private final List<String> args;
    private int at;
    private String name = "";
    private int equals;
    private boolean good = true;

    PlainArguments(List<String> args) {
        this.args = args;
    }

    /** Goes on to the next option, if there is one. */
    boolean next() {
        if (at >= args.size() || !good) {
            return false;
        }
        String word = args.get(at++);
        equals = word.indexOf('=');
        name = equals < 0 ? word : word.substring(0, equals);
        good = name.startsWith("--") && name.length() > 2;
        return good;
    }

    String name() {
        return name;
    }

    boolean good() {
        return good;
    }

    boolean flag() {
        good &= equals < 0;
        return true;
    }

    /** Quotes and @files are the full parser's matter. */
    String value() {
        String value = "";
        if (equals >= 0) {
            value = args.get(at - 1).substring(equals + 1);
        } else if (at < args.size()) {
            value = args.get(at++);
        }
        good &= !value.isEmpty() && "-@\"'$".indexOf(value.charAt(0)) < 0;
        return value;
    }

    List<String> list() {
        return List.of(value().split(",", -1));
    }

    int number() {
        String value = value();
        boolean whole = !value.isEmpty() && value.length() < 10;
        for (int i = 0; i < value.length(); i++) {
            whole &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        good &= whole;
        return whole ? Integer.parseInt(value) : 0;
    }
}
