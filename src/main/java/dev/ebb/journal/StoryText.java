package dev.ebb.journal;

import dev.ebb.core.Explanation;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Need;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A story as lines of text: newest last, columns aligned, reasons below what they are for, and at
 * the end what holds the next step. Plain characters; colours are the caller's.
 *
 * @param zone of the times shown
 * @param width columns to fill; lines are broken at blanks
 */
public record StoryText(ZoneId zone, int width) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final int NARROWEST_TEXT = 30;
    private static final int KIND = 11;

    /** The lines, at {@code nowMillis} since the epoch. */
    public List<String> lines(Story story, long nowMillis) {
        var lines = new ArrayList<String>();
        int names =
                story.told().stream()
                        .flatMap(told -> told.instance().stream())
                        .mapToInt(id -> id.toString().length())
                        .max()
                        .orElse(0);
        Optional<LocalDate> day = Optional.empty();
        for (Told told : story.told()) {
            var time = time(told.wallMillis());
            if (!day.equals(Optional.of(time.toLocalDate()))) {
                day = Optional.of(time.toLocalDate());
                lines.add(time.toLocalDate().toString());
            }
            String head =
                    "  %s %11s  %s%s"
                            .formatted(
                                    TIME.format(time),
                                    ago(nowMillis - told.wallMillis()),
                                    padded(told.kind(), KIND),
                                    names == 0 ? "" : padded(name(told.instance()), names + 2));
            entry(lines, head, told);
        }
        if (story.told().isEmpty()) {
            lines.add("Nothing has happened to %s yet.".formatted(story.service()));
        }
        lines.add("");
        story.outlook()
                .ifPresentOrElse(
                        outlook -> outlook(lines, story, outlook, nowMillis),
                        () -> lines.add("No decision was made yet."));
        return lines;
    }

    private static String name(Optional<InstanceId> id) {
        return id.map(InstanceId::toString).orElse("");
    }

    private void entry(List<String> lines, String head, Told told) {
        int indent = head.length();
        fill(lines, head, indent, told.text());
        String blank = " ".repeat(indent);
        String lead = "because ";
        for (String why : told.because()) {
            fill(lines, blank + lead, indent + lead.length(), why);
            lead = "and ";
        }
        told.rather().ifPresent(rather -> fill(lines, blank, indent + 8, rather));
    }

    private void outlook(List<String> lines, Story story, Story.Outlook outlook, long nowMillis) {
        Explanation seen = outlook.explanation();
        lines.add(
                "%s now: %d serve, %d wanted (decided %s)"
                        .formatted(
                                story.service(),
                                seen.serving(),
                                seen.wanted(),
                                ago(nowMillis - outlook.wallMillis())));
        int sources = seen.needs().stream().mapToInt(n -> n.source().length()).max().orElse(0);
        for (Need need : seen.needs()) {
            String head = "  %s".formatted(padded(need.source(), sources + 2));
            fill(lines, head, head.length(), need.reason().text());
        }
        for (Hold hold : seen.holds()) {
            fill(lines, "  held:     ", 12, hold.why().text());
            fill(lines, "  released: ", 12, hold.release());
        }
        if (seen.holds().isEmpty()) {
            lines.add(
                    seen.serving() == seen.wanted()
                            ? "  Nothing holds, and nothing is to be done."
                            : "  Nothing holds the next step.");
        }
    }

    private void fill(List<String> lines, String head, int indent, String text) {
        int room = Math.max(NARROWEST_TEXT, width - indent);
        var line = new StringBuilder(head);
        int used = 0;
        for (String word : printable(text).split(" ", -1)) {
            if (used > 0 && used + 1 + word.length() > room) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
                line.append(" ".repeat(indent));
                used = 0;
            }
            if (used > 0) {
                line.append(' ');
                used++;
            }
            line.append(word);
            used += word.length();
        }
        lines.add(line.toString().stripTrailing());
    }

    /** Reasons may quote what an instance said; it must not steer the terminal. */
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String padded(String text, int to) {
        return text + " ".repeat(Math.max(0, to - text.length()));
    }

    private ZonedDateTime time(long wallMillis) {
        return Instant.ofEpochMilli(wallMillis).atZone(zone);
    }

    private static String ago(long millis) {
        if (millis < 0) {
            return "in future";
        }
        return millis < 1_000 ? "just now" : duration(millis) + " ago";
    }

    /** In the largest unit of which there are two at least. */
    static String duration(long millis) {
        long seconds = millis / 1_000;
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 120 * 60) {
            return seconds / 60 + " min";
        }
        if (seconds < 48 * 3_600) {
            return seconds / 3_600 + " h";
        }
        return String.format(Locale.ROOT, "%d days", seconds / 86_400);
    }
}
