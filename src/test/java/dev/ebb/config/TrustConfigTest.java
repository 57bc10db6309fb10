package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.Problem.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which proxies may say for whom they forward. */
class TrustConfigTest {
    private static Loaded read(String trust) {
        return ConfigFile.read(
                "f.yaml",
                """
                gateway: {trust-forwarded: %s}
                services:
                  web: {run: {command: serve}, instances: 2..4}
                """
                        .formatted(trust));
    }

    private static TrustForwarded trust(String text) {
        return read(text).config().orElseThrow().gateway().trustForwarded();
    }

    @Test
    void isNobodyEverybodyOrNetworks() {
        assertThat(trust("false")).isEqualTo(TrustForwarded.NOBODY);
        assertThat(trust("true").everybody()).isTrue();
        TrustForwarded some = trust("[10.0.0.0/8, 192.168.1.7, 'fd00::/8', '::1']");
        assertThat(some.everybody()).isFalse();
        assertThat(some.networks())
                .extracting(TrustForwarded.Network::toString)
                .containsExactly(
                        "10.0.0.0/8", "192.168.1.7", "fd00:0:0:0:0:0:0:0/8", "0:0:0:0:0:0:0:1");
        assertThat(trust("10.0.0.0/8").networks()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "yes, 'yes'",
        "proxy.example, 'proxy.example'",
        "10.0.0.0/33, '10.0.0.0/33'",
        "10.0.0.0/, '10.0.0.0/'",
        "10.0.0, '10.0.0'",
        "'[10.0.0.0/8, 10.0.0.256]', '10.0.0.256'"
    })
    void anythingElseIsAnError(String text, String named) {
        Loaded loaded = read(text);
        assertThat(loaded.config()).isEmpty();
        assertThat(loaded.lines(Severity.ERROR))
                .singleElement()
                .asString()
                .contains("f.yaml:1:", "'" + named + "' is neither an address nor a network");
    }
}
