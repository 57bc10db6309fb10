package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.EbbConfig;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What {@code ebb check} tells of schedules. */
class OccurrencesTest {
    private static final long NOW = Instant.parse("2027-03-26T09:00:00Z").toEpochMilli();

    private static final String YAML =
            """
            services:
              shop:
                run: {command: serve}
                instances: 2..20
                policy:
                  schedules:
                  - {name: opening, at: "08:00", for: 2h, timezone: Europe/Berlin, min: 8}
                  - {name: day, cron: "0 6 * * *", for: 12h, min: 3, max: 9}
                  - {name: over, at: "08:00", dates: [2027-01-01], for: 2h, min: 8}
            """;

    private static EbbConfig config() {
        return ConfigFile.read("f.yaml", YAML).config().orElseThrow();
    }

    @Test
    void eachScheduleHasALine() {
        assertThat(new Occurrences(NOW).lines(config()))
                .containsExactly(
                        "  shop, schedule 'opening': at least 8, next 2027-03-27 08:00"
                                + " Europe/Berlin for 2h00m, then 2027-03-28 08:00 Europe/Berlin,"
                                + " then 2027-03-29 08:00 Europe/Berlin",
                        "  shop, schedule 'day': at least 3, at most 9, open since 2027-03-26 06:00"
                                + " UTC for 12h00m, then 2027-03-27 06:00 UTC, then 2027-03-28"
                                + " 06:00 UTC",
                        "  shop, schedule 'over': at least 8, never again");
    }

    @Test
    void asDataInUtc() {
        assertThat(new Occurrences(NOW).json(config().services().getFirst()).toString())
                .contains("from=2027-03-28T06:00:00Z", "until=2027-03-28T08:00:00Z");
    }
}
