package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.ConfigFile;
import org.junit.jupiter.api.Test;

/** What the configuration means to the gateway. */
class AdaptersTest {
    private static final String SERVICES =
            "services:\n  web:\n    run: {command: serve}\n    instances: 2..4\n";

    private static final String LOG = "access-log: {to: stdout}\n";
    private static final String GIVEN = "gateway: {request-id: {generate: %s}}\n";

    private static boolean givesIds(String keys) {
        var config = ConfigFile.read("f.yaml", keys + SERVICES).config().orElseThrow();
        return Adapters.gateway(config).heads().requestId().generate();
    }

    @Test
    void requestsGetIdsWhereThereIsALogUnlessItIsSaidOtherwise() {
        assertThat(givesIds("")).isFalse();
        assertThat(givesIds(LOG)).isTrue();
        assertThat(givesIds(GIVEN.formatted(true))).isTrue();
        assertThat(givesIds(LOG + GIVEN.formatted(false))).isFalse();
    }
}
