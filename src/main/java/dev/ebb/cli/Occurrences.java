package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.core.Bounds;
import dev.ebb.core.Schedule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** When the schedules of a configuration are open next, for people and for programs. Pure. */
final class Occurrences {
    /** As many windows of each schedule are told. */
    private static final int SHOWN = 3;

    private final long nowMillis;

    Occurrences(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    /** A line for each schedule. */
    List<String> lines(EbbConfig config) {
        var lines = new ArrayList<String>();
        for (ServiceConfig service : config.services()) {
            for (Schedule schedule : schedules(service)) {
                lines.add(
                        "  %s, schedule '%s': %s, %s"
                                .formatted(
                                        service.name(),
                                        schedule.name(),
                                        bounds(schedule),
                                        times(schedule)));
            }
        }
        return lines;
    }

    /** The same as data: each schedule's next windows, in ISO 8601. */
    List<Map<String, Object>> json(ServiceConfig service) {
        return schedules(service).stream()
                .map(schedule -> {
                    var map = new LinkedHashMap<String, Object>();
                    map.put("name", schedule.name());
                    map.put(
                            "next",
                            windows(schedule).stream()
                                    .map(w ->
                                            Map.of(
                                                    "from", iso(w.fromMillis()),
                                                    "until", iso(w.untilMillis())))
                                    .toList());
                    return (Map<String, Object>) map;
                })
                .toList();
    }

    private static String iso(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static List<Schedule> schedules(ServiceConfig service) {
        return service.policy().bounds().map(Bounds::schedules).orElse(List.of());
    }

    private static String bounds(Schedule schedule) {
        Stream<String> least =
                schedule.min().isPresent()
                        ? Stream.of("at least " + schedule.min().getAsInt())
                        : Stream.of();
        Stream<String> most =
                schedule.max().isPresent()
                        ? Stream.of("at most " + schedule.max().getAsInt())
                        : Stream.of();
        return Stream.concat(least, most).collect(Collectors.joining(", "));
    }

    private String times(Schedule schedule) {
        List<Schedule.Window> windows = windows(schedule);
        if (windows.isEmpty()) {
            return "never again";
        }
        boolean open = windows.getFirst().fromMillis() <= nowMillis;
        var text = new StringBuilder(open ? "open since " : "next ");
        text.append(schedule.text(windows.getFirst().fromMillis()));
        text.append(" for ").append(Texts.span(schedule.length()));
        for (Schedule.Window later : windows.subList(1, windows.size())) {
            text.append(", then ").append(schedule.text(later.fromMillis()));
        }
        return text.toString();
    }

    /** The one that is open, and those that come. */
    private List<Schedule.Window> windows(Schedule schedule) {
        var windows = new ArrayList<Schedule.Window>();
        schedule.open(nowMillis).ifPresent(windows::add);
        long from = nowMillis;
        while (windows.size() < SHOWN) {
            Optional<Schedule.Window> next = schedule.next(from, Schedule.FAR);
            if (next.isEmpty()) {
                break;
            }
            windows.add(next.get());
            from = next.get().fromMillis();
        }
        return windows;
    }
}
