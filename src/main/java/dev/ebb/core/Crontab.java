package dev.ebb.core;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Five fields as crontab(5) has them: minute, hour, day of the month, month, day of the week. Where
 * both days are given, one of them is enough, unless one begins with {@code *}. What only some
 * programs know ({@code L}, {@code W}, {@code #}, {@code ?}, {@code @daily}) is refused. Pure.
 */
public final class Crontab {
    private Crontab() {}

    /** What was read of a text. */
    public sealed interface Read {
        record Good(Starts starts) implements Read {}

        /**
         * @param why to be read after the text: "has 4 fields ..."
         */
        record Bad(String why) implements Read {}
    }

    /** More begins in a day than that are no events. */
    private static final int MOST_A_DAY = 96;

    private static final Pattern PART =
            Pattern.compile(
                    "(?:(\\*)|([a-z]{3}|\\d{1,2})(?:-([a-z]{3}|\\d{1,2}))?)" + "(?:/(\\d{1,2}))?");

    /** One of the five: what it is called, what it may be, and the names of its numbers. */
    private record Field(String what, int least, int most, List<String> names) {}

    private static final List<Field> FIELDS =
            List.of(
                    new Field("minute", 0, 59, List.of()),
                    new Field("hour", 0, 23, List.of()),
                    new Field("day of the month", 1, 31, List.of()),
                    new Field(
                            "month",
                            1,
                            12,
                            List.of(
                                    "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
                                    "sep", "oct", "nov", "dec")),
                    new Field(
                            "day of the week",
                            0,
                            7,
                            List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat")));

    /**
     * @param quote shows a part of the text that is wrong
     */
    public static Read read(String text, UnaryOperator<String> quote) {
        String[] words = text.toLowerCase(Locale.ROOT).split("\\s+", -1);
        if (words.length != FIELDS.size()) {
            return new Read.Bad(
                    "has "
                            + words.length
                            + " fields and not 5; write minute, hour, day of the month, month, day"
                            + " of the week");
        }
        var read = new ArrayList<Set<Integer>>();
        for (int i = 0; i < words.length; i++) {
            Field field = FIELDS.get(i);
            Optional<Set<Integer>> numbers = numbers(field, words[i]);
            if (numbers.isEmpty()) {
                return new Read.Bad(wrong(field, words[i], quote));
            }
            read.add(numbers.get());
        }
        if (read.get(0).size() * read.get(1).size() > MOST_A_DAY) {
            return new Read.Bad("begins more than " + MOST_A_DAY + " times a day");
        }
        boolean either = !words[2].startsWith("*") && !words[4].startsWith("*");
        return new Read.Good(starts(read, either));
    }

    private static String wrong(Field field, String word, UnaryOperator<String> quote) {
        String names =
                field.names().isEmpty()
                        ? ""
                        : ", or a name such as " + field.names().get(field.names().size() - 1);
        return "has %s for its %s; that is *, or from %d to %d%s, with - , and / as in a crontab"
                .formatted(quote.apply(word), field.what(), field.least(), field.most(), names);
    }

    private static Optional<Set<Integer>> numbers(Field field, String word) {
        var all = new TreeSet<Integer>();
        for (String part : word.split(",", -1)) {
            Matcher m = PART.matcher(part);
            if (!m.matches()) {
                return Optional.empty();
            }
            boolean any = m.group(1) != null;
            boolean range = m.group(3) != null;
            int first = any ? field.least() : number(field, m.group(2));
            int last = any ? field.most() : range ? number(field, m.group(3)) : first;
            int step = m.group(4) == null ? 1 : Integer.parseInt(m.group(4));
            boolean stepsOfOne = m.group(4) != null && !any && !range;
            if (first < field.least() || last > field.most() || first > last) {
                return Optional.empty();
            }
            if (step < 1 || stepsOfOne) {
                return Optional.empty();
            }
            for (int number = first; number <= last; number += step) {
                all.add(number);
            }
        }
        return Optional.of(all);
    }

    /** Of a name or a number; -1 for what is neither. */
    private static int number(Field field, String text) {
        return Character.isDigit(text.charAt(0))
                ? Integer.parseInt(text)
                : field.names().indexOf(text);
    }

    private static Starts starts(List<Set<Integer>> read, boolean either) {
        var times = new ArrayList<LocalTime>();
        for (int hour : read.get(1)) {
            for (int minute : read.get(0)) {
                times.add(LocalTime.of(hour, minute));
            }
        }
        boolean anyWeekDay = read.get(4).stream().map(d -> d % 7).distinct().count() == 7;
        return new Starts(
                times,
                List.of(),
                all(read.get(3), 12),
                all(read.get(2), 31),
                anyWeekDay
                        ? List.of()
                        : read.get(4).stream()
                                .map(d -> DayOfWeek.of(d == 0 ? 7 : d))
                                .distinct()
                                .sorted()
                                .toList(),
                either);
    }

    /** Nothing, which is any, where all are named. */
    private static List<Integer> all(Set<Integer> named, int every) {
        return named.size() == every ? List.of() : List.copyOf(named);
    }
}
