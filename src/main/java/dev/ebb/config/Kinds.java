package dev.ebb.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The simple kinds of values: numbers with their units and ranges, and words. */
final class Kinds {
    private Kinds() {}

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(ms|s|m|h)");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L);
    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)(B|[kKMGT]i?B?|)");
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,10}");

    /** How one piece of text becomes a value: a value, nothing, or why not. */
    sealed interface Read<T> {
        record Good<T>(T value) implements Read<T> {}

        /** What is wrong with it and what would be right. */
        record Bad<T>(String why) implements Read<T> {}
    }

    static <T> Read<T> good(T value) {
        return new Read.Good<>(value);
    }

    /** Not readable at all: the general hint follows. */
    static <T> Read<T> bad(String why) {
        return new Read.Bad<>(why);
    }

    /** A kind that is written as one word or number. */
    static <T> Kind<T> scalar(
            String form, Function<String, Read<T>> read, Function<T, String> show) {
        return new Kind<>() {
            @Override
            public Optional<T> read(Yaml node, Problems problems) {
                if (!(node instanceof Yaml.Scalar scalar) || scalar.isNothing()) {
                    problems.error(node.place(), node.what() + " is here; it is " + form);
                    return Optional.empty();
                }
                return switch (read.apply(scalar.text().strip())) {
                    case Read.Good<T>(T value) -> Optional.of(value);
                    case Read.Bad<T>(String why) -> {
                        problems.error(node.place(), Problems.quote(scalar.text()) + " " + why);
                        yield Optional.empty();
                    }
                };
            }

            @Override
            public String form() {
                return form;
            }

            @Override
            public String show(T value) {
                return show.apply(value);
            }
        };
    }

    static Kind<Duration> duration(Duration min, Duration max) {
        String limits = "from " + showDuration(min) + " to " + showDuration(max);
        return scalar(
                "a duration such as 500ms, 10s or 2m, " + limits,
                text -> {
                    Matcher m = DURATION.matcher(text);
                    if (text.equals("0") && min.isZero()) {
                        return good(Duration.ZERO);
                    }
                    if (DECIMAL.matcher(text).matches()) {
                        return bad("has no unit; write " + text + "s, " + text + "ms or the like");
                    }
                    if (!m.matches()) {
                        return bad("is no duration; write for example 500ms, 10s or 2m");
                    }
                    BigDecimal unit = BigDecimal.valueOf(MILLIS.getOrDefault(m.group(2), 1L));
                    BigDecimal nanos = new BigDecimal(m.group(1)).multiply(unit).movePointRight(6);
                    if (nanos.compareTo(BigDecimal.valueOf(max.toNanos())) > 0
                            || nanos.compareTo(BigDecimal.valueOf(min.toNanos())) < 0) {
                        return bad("is out of range; it is " + limits);
                    }
                    return good(Duration.ofNanos(nanos.longValue()));
                },
                Kinds::showDuration);
    }

    static String showDuration(Duration d) {
        long millis = d.toMillis();
        for (var unit : List.of("h", "m", "s")) {
            long size = MILLIS.getOrDefault(unit, 1L);
            // 60s and 90s are easier to read than 1m and 1.5m
            if (millis != 0 && millis % size == 0 && (unit.equals("s") || millis / size > 1)) {
                return millis / size + unit;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    static Kind<Long> size(long min, long max) {
        String limits = "from " + showSize(min) + " to " + showSize(max);
        return scalar(
                "a size such as 64Ki, 256Mi or 1GiB, " + limits,
                text -> {
                    Matcher m = SIZE.matcher(text);
                    if (!m.matches()) {
                        return bad("is no size; write for example 64Ki, 256Mi or 1GiB");
                    }
                    if (m.group(2).isEmpty() && !text.equals("0")) {
                        return bad("has no unit; write " + text + "B, " + text + "Mi or the like");
                    }
                    BigDecimal bytes =
                            new BigDecimal(m.group(1))
                                    .multiply(BigDecimal.valueOf(factor(m.group(2))));
                    if (bytes.compareTo(BigDecimal.valueOf(max)) > 0
                            || bytes.compareTo(BigDecimal.valueOf(min)) < 0) {
                        return bad("is out of range; it is " + limits);
                    }
                    return good(bytes.longValue());
                },
                Kinds::showSize);
    }

    /** A size that fits into an int. */
    static Kind<Integer> bytes(int min, int max) {
        Kind<Long> wide = size(min, max);
        return new Kind<>() {
            @Override
            public Optional<Integer> read(Yaml node, Problems problems) {
                return wide.read(node, problems).map(Math::toIntExact);
            }

            @Override
            public String form() {
                return wide.form();
            }

            @Override
            public String show(Integer value) {
                return showSize(value);
            }
        };
    }

    private static long factor(String unit) {
        int power = unit.isEmpty() ? 0 : " KMGT".indexOf(unit.toUpperCase(Locale.ROOT).charAt(0));
        long base = unit.contains("i") ? 1024 : 1000;
        long factor = 1;
        for (int i = 0; i < power; i++) {
            factor *= base;
        }
        return factor;
    }

    static String showSize(long bytes) {
        String[] units = {"B", "Ki", "Mi", "Gi", "Ti"};
        int unit = 0;
        long shown = bytes;
        while (unit < 4 && shown >= 1024 && shown % 1024 == 0) {
            shown /= 1024;
            unit++;
        }
        return shown + units[unit];
    }

    /** CPU in cores: {@code 0.5}, {@code 2} or {@code 500m}. */
    static Kind<Double> cpu() {
        return scalar(
                "CPU in cores such as 0.5 or 2, or in thousandths such as 500m, from 1m to 1024",
                text -> {
                    boolean milli = text.endsWith("m");
                    String number = milli ? text.substring(0, text.length() - 1) : text;
                    if (!DECIMAL.matcher(number).matches()) {
                        return bad("is no amount of CPU; write cores like 0.5, or 500m");
                    }
                    double cores = Double.parseDouble(number) / (milli ? 1000 : 1);
                    return cores < 0.001 || cores > 1024
                            ? bad("is out of range; it is from 1m to 1024 cores")
                            : good(cores);
                },
                cores -> plain(cores));
    }

    /** A share, 0 to 1: {@code 60%} or {@code 0.6}. */
    static Kind<Double> share(double min, double max) {
        String limits = "from " + showShare(min) + " to " + showShare(max);
        return scalar(
                "a share such as 60% or 0.6, " + limits,
                text -> {
                    boolean percent = text.endsWith("%");
                    String number = percent ? text.substring(0, text.length() - 1).strip() : text;
                    if (!DECIMAL.matcher(number).matches()) {
                        return bad("is no share; write for example 60% or 0.6");
                    }
                    double share =
                            new BigDecimal(number).movePointLeft(percent ? 2 : 0).doubleValue();
                    if (share >= min && share <= max) {
                        return good(share);
                    }
                    return !percent && share > 1 && share <= 100
                            ? bad("is out of range; write " + number + "% if you mean percent")
                            : bad("is out of range; it is " + limits);
                },
                Kinds::showShare);
    }

    static String showShare(double share) {
        return plain(BigDecimal.valueOf(share).movePointRight(2).doubleValue()) + "%";
    }

    static Kind<Integer> whole(int min, int max) {
        String limits = "from " + min + " to " + max;
        return scalar(
                "a whole number " + limits,
                text -> {
                    if (!WHOLE.matcher(text).matches()) {
                        return bad("is no whole number; it is one " + limits);
                    }
                    long value = Long.parseLong(text);
                    return value < min || value > max
                            ? bad("is out of range; it is " + limits)
                            : good((int) value);
                },
                String::valueOf);
    }

    static Kind<Double> decimal(double min, double max) {
        String limits = "from " + plain(min) + " to " + plain(max);
        return scalar(
                "a number " + limits,
                text -> {
                    if (!DECIMAL.matcher(text).matches()) {
                        return bad("is no number; it is one " + limits);
                    }
                    double value = Double.parseDouble(text);
                    return value < min || value > max
                            ? bad("is out of range; it is " + limits)
                            : good(value);
                },
                Kinds::plain);
    }

    static Kind<Boolean> yesNo() {
        return scalar(
                "true or false",
                text ->
                        switch (text) {
                            case "true" -> good(true);
                            case "false" -> good(false);
                            default -> bad("is neither; write true or false");
                        },
                String::valueOf);
    }

    /** One of an enum's words, in lower case with dashes. */
    static <E extends Enum<E>> Kind<E> oneOf(Class<E> type) {
        List<String> words = Arrays.stream(type.getEnumConstants()).map(Kinds::word).toList();
        String all = String.join(", ", words);
        return scalar(
                "one of: " + all,
                text -> {
                    int at = words.indexOf(text);
                    return at >= 0
                            ? good(type.getEnumConstants()[at])
                            : bad(
                                    "is not known; "
                                            + Nearest.to(text, words)
                                                    .map(w -> "did you mean '" + w + "'?")
                                                    .orElse("it is one of: " + all));
                },
                Kinds::word);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
