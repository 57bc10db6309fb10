package dev.ebb.config;

import dev.ebb.core.Crontab;
import dev.ebb.core.Starts;

/** Five fields of a crontab; see {@link Crontab}. */
final class CronKind {
    private CronKind() {}

    static Kind<Starts> cron() {
        return Kinds.scalar(
                "five fields as in a crontab: minute, hour, day of the month, month, day of the"
                        + " week, such as \"30 8 * * mon-fri\"",
                text ->
                        switch (Crontab.read(text, Problems::quote)) {
                            case Crontab.Read.Good(Starts starts) -> Kinds.good(starts);
                            case Crontab.Read.Bad(String why) -> Kinds.bad(why);
                        },
                starts -> "");
    }
}
