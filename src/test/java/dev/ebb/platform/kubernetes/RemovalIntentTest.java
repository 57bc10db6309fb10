package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemovalIntentTest {

    @Test
    void isReadAsItWasWritten() {
        var intent = new RemovalIntent(5, 3, 17);
        assertThat(intent.toString()).isEqualTo("from 5 to 3 at generation 17");
        assertThat(RemovalIntent.parse(intent.toString())).contains(intent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "from 3 to 5 at generation 1",
                "from 5 to 5 at generation 1",
                "from 5 to -1 at generation 1",
                "from 5 to 3 at generation 9999999999999999999"
            })
    void whatIsNoneIsNotRead(String text) {
        assertThat(RemovalIntent.parse(text)).isEmpty();
    }
}
