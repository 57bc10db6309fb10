package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalTime;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The log that Ebb writes. */
class StderrLoggerTest {
    private static final String REFLECTOR =
            "io.fabric8.kubernetes.client.informers.impl.cache.Reflector";
    private static final LocalTime AT = LocalTime.of(1, 2, 3, 45_000_000);

    @Test
    void slf4jFindsIt() {
        assertThat(LoggerFactory.getLogger("dev.ebb.Some")).isInstanceOf(StderrLogger.class);
        assertThat(LoggerFactory.getLogger("dev.ebb.Some"))
                .isSameAs(LoggerFactory.getLogger("dev.ebb.Some"));
    }

    @Test
    void anEntryIsALine() {
        var logger = new StderrLogger("dev.ebb.gateway.Gateway");
        assertThat(logger.entry(AT, Level.WARN, "{} of {}", new Object[] {1, "two"}, null))
                .isEqualTo("01:02:03.045 WARN  Gateway 1 of two\n");
        assertThat(
                        logger.entry(
                                LocalTime.of(23, 59, 59, 999_999_999),
                                Level.ERROR,
                                "x",
                                null,
                                null))
                .isEqualTo("23:59:59.999 ERROR Gateway x\n");
    }

    @Test
    void anExceptionFollowsWithItsStack() {
        var entry =
                new StderrLogger("x")
                        .entry(AT, Level.ERROR, "it broke", null, new IllegalStateException("so"));
        assertThat(entry)
                .startsWith("01:02:03.045 ERROR x it broke\njava.lang.IllegalStateException: so\n")
                .contains("\tat dev.ebb.cli.StderrLoggerTest");
    }

    @Test
    void whatIsRefusedToAWatchIsALine() {
        var refused = new IllegalStateException("wrapped", new IllegalStateException("a\n b"));
        assertThat(new StderrLogger(REFLECTOR).entry(AT, Level.WARN, "list failed", null, refused))
                .isEqualTo(
                        "01:02:03.045 WARN  Reflector list failed:"
                                + " java.lang.IllegalStateException: a b\n");
    }

    @Test
    void levelsAreThoseOfTheProperties() {
        var plain = new StderrLogger("dev.ebb.X");
        assertThat(plain.isWarnEnabled()).isTrue();
        assertThat(plain.isInfoEnabled()).isFalse();
        System.setProperty("ebb.log.netty", "debug");
        try {
            assertThat(new StderrLogger("io.netty.X").isDebugEnabled()).isTrue();
            assertThat(new StderrLogger("io.netty.X").isTraceEnabled()).isFalse();
            assertThat(new StderrLogger("dev.ebb.X").isDebugEnabled()).isFalse();
            System.setProperty("ebb.log.netty", "OFF");
            assertThat(new StderrLogger("io.netty.X").isErrorEnabled()).isFalse();
        } finally {
            System.clearProperty("ebb.log.netty");
        }
    }
}
