package dev.ebb.config;

import dev.ebb.config.AccessLogConfig.Query;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys below {@code access-log}. */
final class AccessLogSchema {
    private AccessLogSchema() {}

    private static final String STDOUT = "stdout";

    private static final Key<String> TO =
            Key.required(
                    "to",
                    RunSchema.text("stdout or a file such as logs/access.json"),
                    "Where the lines go. A file is relative to the folder of this file; its folder"
                            + " must exist. Only its owner may read it.");
    private static final Key<Double> SAMPLE =
            Key.of(
                    "sample",
                    Kinds.share(0, 1),
                    1.0,
                    "Share of requests that are logged. Failed ones (5xx, or an answer that broke"
                            + " off) and slow ones always are.");
    private static final Key<Duration> SLOW =
            Key.of(
                    "slow",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(24)),
                    Duration.ofSeconds(1),
                    "Requests that take longer are slow; 0 for none.");
    private static final Key<Query> QUERY =
            Key.of(
                    "query",
                    Kinds.oneOf(Query.class),
                    Query.NONE,
                    "What is logged of the query, which may well hold passwords and tokens: `none`,"
                            + " the `names` of parameters, or `all`.");
    private static final Key<Long> SIZE =
            Key.of(
                    "size",
                    Kinds.size(1 << 16, 1L << 40),
                    64L << 20,
                    "Largest file; then a new one begins.");
    private static final Key<Integer> FILES =
            Key.of("files", Kinds.whole(1, 1000), 5, "Files kept, the current one included.");

    static final Shorthand<AccessLogConfig> ACCESS_LOG =
            new Shorthand<>(
                    new Section<>(
                            List.of(TO, SAMPLE, SLOW, QUERY, SIZE, FILES), AccessLogSchema::build),
                    TO);

    private static AccessLogConfig build(Values v, Problems problems) {
        String to = v.of(TO);
        Optional<Path> file = Optional.empty();
        if (!to.equals(STDOUT)) {
            file = problems.surroundings().resolve(to);
            Optional<String> wrong =
                    file.isEmpty()
                            ? Optional.of("no file has such a name; write a path")
                            : file.map(Path::getParent)
                                    .flatMap(problems.surroundings()::wrongDirectory);
            wrong.ifPresent(text -> problems.error(v.place(TO), text));
        }
        return new AccessLogConfig(
                file, v.of(SAMPLE), v.of(SLOW), v.of(QUERY), v.of(SIZE), v.of(FILES));
    }
}
