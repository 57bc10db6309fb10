package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @CsvSource({
        "1n, 1",
        "0S, 0",
        "99999999n, 99999999",
        "250u, 250000",
        "1500m, 1500000000",
        "5S, 5000000000",
        "2M, 120000000000",
        "1H, 3600000000000",
        "00000012m, 12000000"
    })
    void readsGrpcTimeouts(String text, long nanos) {
        assertThat(Deadline.parseGrpc(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "5", "5s", "-5S", "5.5S", " 5S", "123456789S", "5SS", "+5S"})
    void whatIsNoGrpcTimeoutIsNone(String text) {
        assertThat(Deadline.parseGrpc(text)).isEqualTo(Deadline.NONE);
    }

    @Test
    void centuriesAreNone() {
        assertThat(Deadline.parseGrpc("99999999H")).isEqualTo(Deadline.NONE);
    }

    @Test
    void whatIsWrittenIsReadBackAndNeverLonger() {
        assertThat(Deadline.formatGrpc(5 * SECOND)).isEqualTo("5000000u");
        assertThat(Deadline.formatGrpc(-1)).isEqualTo("0n");
        assertThat(Deadline.formatGrpc(Long.MAX_VALUE)).matches("\\d{1,8}[numSMH]");
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 10_000; i++) {
            long nanos = random.nextLong(Long.MAX_VALUE) >> random.nextInt(63);
            String text = Deadline.formatGrpc(nanos);
            long back = Deadline.parseGrpc(text);
            assertThat(text).matches("\\d{1,8}[numSMH]");
            assertThat(back).isLessThanOrEqualTo(nanos);
            assertThat(nanos - back).as(text).isLessThanOrEqualTo(nanos / 100_000 + 1);
        }
    }

    @Test
    void readsMilliseconds() {
        assertThat(Deadline.parseMillis("1")).isEqualTo(1_000_000);
        assertThat(Deadline.parseMillis("15000")).isEqualTo(15 * SECOND);
        for (String bad : new String[] {"", "0", "-1", "1.5", "1s", "12345678901234567", "x"}) {
            assertThat(Deadline.parseMillis(bad)).as(bad).isEqualTo(Deadline.NONE);
        }
        assertThat(Deadline.millis(1)).as("0 would be no limit").isEqualTo(1);
        assertThat(Deadline.millis(15 * SECOND)).isEqualTo(15_000);
    }

    @Test
    void theShorterOneHoldsAndOnlyWhatIsLeftIsPassedOn() {
        assertThat(Deadline.whole(0, Deadline.NONE)).isEqualTo(Deadline.NONE);
        assertThat(Deadline.whole(0, 5)).isEqualTo(5);
        assertThat(Deadline.whole(7, Deadline.NONE)).isEqualTo(7);
        assertThat(Deadline.whole(7, 9)).as("a client cannot ask for more").isEqualTo(7);
        assertThat(Deadline.left(10, 4)).isEqualTo(6);
        assertThat(Deadline.left(10, 14)).isZero();
        assertThat(Deadline.left(Deadline.NONE, 4)).isEqualTo(Deadline.NONE);
        assertThat(Deadline.ofTry(10, 0)).isEqualTo(10);
        assertThat(Deadline.ofTry(10, 3)).isEqualTo(3);
        assertThat(Deadline.ofTry(2, 3)).isEqualTo(2);
        assertThat(Deadline.ofTry(Deadline.NONE, 0)).isEqualTo(Deadline.NONE);
    }
}
