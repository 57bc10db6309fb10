package dev.ebb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** One mapping of a foreign manifest, read key by key. What is wrong becomes a problem. */
record Walk(Yaml.Mapping mapping, Problems problems) {
    private static final Map<String, Double> UNITS =
            Map.ofEntries(
                    Map.entry("", 1.0),
                    Map.entry("m", 1e-3),
                    Map.entry("k", 1e3),
                    Map.entry("M", 1e6),
                    Map.entry("G", 1e9),
                    Map.entry("Ki", 1024.0),
                    Map.entry("Mi", 1024.0 * 1024),
                    Map.entry("Gi", 1024.0 * 1024 * 1024));

    Place place() {
        return mapping.place();
    }

    Optional<Yaml> get(String key) {
        return mapping.entries().stream()
                .filter(e -> e.key().text().equals(key))
                .map(Yaml.Entry::value)
                .filter(v -> !(v instanceof Yaml.Scalar s && s.isNothing()))
                .findFirst();
    }

    Place place(String key) {
        return get(key).map(Yaml::place).orElse(place());
    }

    Optional<Walk> map(String key) {
        return get(key).flatMap(v -> {
            if (v instanceof Yaml.Mapping m) {
                return Optional.of(new Walk(m, problems));
            }
            problems.error(v.place(), "'" + key + "' should be a mapping, not " + v.what());
            return Optional.empty();
        });
    }

    List<Walk> list(String key) {
        List<Walk> all = new ArrayList<>();
        get(key).ifPresent(v -> {
            if (!(v instanceof Yaml.Sequence items)) {
                problems.error(v.place(), "'" + key + "' should be a list, not " + v.what());
                return;
            }
            for (Yaml item : items.items()) {
                if (item instanceof Yaml.Mapping m) {
                    all.add(new Walk(m, problems));
                } else {
                    problems.error(item.place(), "should be a mapping, not " + item.what());
                }
            }
        });
        return all;
    }

    Optional<String> text(String key) {
        return get(key).flatMap(v -> {
            if (v instanceof Yaml.Scalar s) {
                return Optional.of(s.text().strip());
            }
            problems.error(v.place(), "'" + key + "' should be a word, not " + v.what());
            return Optional.empty();
        });
    }

    OptionalInt whole(String key, int least, int most) {
        OptionalDouble number = number(key, least, most);
        if (number.isPresent() && number.getAsDouble() != Math.rint(number.getAsDouble())) {
            problems.error(place(key), "'" + key + "' should be a whole number");
            return OptionalInt.empty();
        }
        return number.isPresent()
                ? OptionalInt.of((int) number.getAsDouble())
                : OptionalInt.empty();
    }

    /** A Kubernetes quantity: {@code 100m}, {@code 1k}, {@code 2Gi}. */
    OptionalDouble number(String key, double least, double most) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return OptionalDouble.empty();
        }
        String digits = text.get().replaceFirst("(Ki|Mi|Gi|[mkMG])$", "");
        Double unit = UNITS.get(text.get().substring(digits.length()));
        boolean plain = digits.matches("-?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,2})?");
        if (!plain || unit == null) {
            problems.error(
                    place(key),
                    "'" + key + "' should be a number, not " + Problems.quote(text.get()));
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(digits) * unit;
        if (value < least || value > most) {
            problems.error(place(key), "'" + key + "' should be between " + least + " and " + most);
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(value);
    }

    /** A length of time as Go writes it ({@code 1m30s}), in seconds. */
    OptionalDouble seconds(String key) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!text.get().matches("(\\d+(\\.\\d+)?(h|ms|m|s))+|0")) {
            problems.error(place(key), "'" + key + "' should be a time such as 60s or 1m30s");
            return OptionalDouble.empty();
        }
        double sum = 0;
        var parts = Pattern.compile("([\\d.]+)(h|ms|m|s)").matcher(text.get());
        while (parts.find()) {
            double unit =
                    switch (parts.group(2)) {
                        case "h" -> 3600;
                        case "m" -> 60;
                        case "s" -> 1;
                        default -> 0.001;
                    };
            sum += Double.parseDouble(parts.group(1)) * unit;
        }
        return OptionalDouble.of(sum);
    }

    /** Keys beyond these are not simulated, and that is said. */
    void only(String... known) {
        for (Yaml.Entry entry : mapping.entries()) {
            if (!List.of(known).contains(entry.key().text())) {
                notSimulated(entry.key().place(), "'" + entry.key().text() + "'");
            }
        }
    }

    void notSimulated(Place place, String what) {
        problems.warning(place, what + " is not simulated");
    }
}
