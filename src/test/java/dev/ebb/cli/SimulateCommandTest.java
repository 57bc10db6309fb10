package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ebb simulate}, as it is called. */
class SimulateCommandTest {
    @Test
    void manySeedsAreCounted() {
        Cli cli = Cli.run("simulate", "--seeds", "1..6");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).startsWith("6 runs, ").contains(" 0 that broke a promise");
    }

    @Test
    void manySeedsForPrograms() {
        Cli cli = Cli.run("simulate", "--seeds", "1..3", "--json");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("\"seeds\" : 3", "\"broken\" : [ ]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1..", "5..2x", "9..3"})
    void whatIsNoRangeIsRefused(String range) {
        Cli cli = Cli.run("simulate", "--seeds", range);

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("--seeds wants two numbers, the smaller first");
    }
}
