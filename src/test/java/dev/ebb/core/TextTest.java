package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Figures are written out by hand, and say to the digit what a format would. */
class TextTest {

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0.0,
                -0.0,
                0.5,
                1.5,
                2.5,
                0.05,
                0.15,
                0.25,
                0.35,
                0.0005,
                1.0005,
                0.949999,
                0.95,
                0.999999,
                9.95,
                99.5,
                1e9 - 0.5,
                1e9,
                123456789012.25,
                1e15,
                1e300,
                Double.MIN_VALUE,
                Double.POSITIVE_INFINITY,
                Double.NaN
            })
    void aFigureIsWrittenAsItsFormatSays(double value) {
        isWrittenAsFormatted(value);
        isWrittenAsFormatted(-value);
        isWrittenAsFormatted(Math.nextUp(value));
        isWrittenAsFormatted(Math.nextDown(value));
    }

    @Test
    void soIsAnyFigure() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            isWrittenAsFormatted((random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(13)));
            isWrittenAsFormatted(random.nextInt(100_000) / 2_000.0);
        }
    }

    private static void isWrittenAsFormatted(double value) {
        for (int digits = 0; digits <= 3; digits++) {
            assertThat(Text.fixed(value, digits))
                    .as("%s with %d digits", value, digits)
                    .isEqualTo(String.format(Locale.ROOT, "%." + digits + "f", value));
        }
    }

    @Test
    void asManyDigitsAsSaySomething() {
        assertThat(Text.number(12)).isEqualTo("12");
        assertThat(Text.number(3.44)).isEqualTo("3.4");
        assertThat(Text.number(0.0512)).isEqualTo("0.051");
        assertThat(Text.percent(0.756)).isEqualTo("76 %");
        assertThat(Text.share(0.0005)).isEqualTo("0.05 %");
        assertThat(Text.share(0.0123)).isEqualTo("1.2 %");
        assertThat(Text.share(0.1411)).isEqualTo("14 %");
        assertThat(Text.millis(1.26e6)).isEqualTo("1.3 ms");
        assertThat(Text.millis(1.26e7)).isEqualTo("13 ms");
    }
}
