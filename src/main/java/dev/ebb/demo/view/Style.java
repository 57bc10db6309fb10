package dev.ebb.demo.view;

import dev.ebb.core.Health;
import dev.ebb.core.Lifecycle;

/** Colours, by what they mean; each is a "select graphic rendition" sequence's parameters. */
enum Style {
    PLAIN(""),
    TITLE("1;38;5;45"),
    WATER("38;5;39"),
    SHALLOW("38;5;73"),
    FAINT("38;5;244"),
    STRONG("1"),
    GOOD("1;38;5;78"),
    BAD("1;38;5;203"),
    STARTING("38;5;117"),
    SERVING("38;5;78"),
    BUSY("38;5;214"),
    PARKED("38;5;221"),
    DRAINING("38;5;215"),
    GONE("38;5;240");

    private final String parameters;

    Style(String parameters) {
        this.parameters = parameters;
    }

    String parameters() {
        return parameters;
    }

    static Style of(Lifecycle lifecycle) {
        return switch (lifecycle) {
            case STARTING, WARMING -> STARTING;
            case SERVING -> SERVING;
            case PARKING, PARKED -> PARKED;
            case DRAINING -> DRAINING;
            case STOPPING, GONE -> GONE;
            case FAILED -> BAD;
        };
    }

    static Style of(Health health) {
        return switch (health) {
            case UNKNOWN -> FAINT;
            case HEALTHY -> SERVING;
            case EJECTED -> BAD;
        };
    }

    static Style of(Scene.Tone tone) {
        return switch (tone) {
            case STORY -> TITLE;
            case MORE -> SERVING;
            case LESS -> PARKED;
            case FAULT -> BAD;
        };
    }
}
