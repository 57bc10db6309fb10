package dev.ebb.demo.view;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The characters that pictures are made of. Immutable.
 *
 * @param levels from empty to full, for columns
 * @param steps parts of a bar's last cell, from least to most; the last is a full cell
 */
public record Glyphs(String levels, String steps, String rest, String rule, String dot) {
    public static final Glyphs BLOCKS = new Glyphs(" ▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█", "·", "─", "•");
    public static final Glyphs ASCII = new Glyphs(" .:-=+*#@", "#", ".", "-", "*");

    /** Blocks where the environment says that the terminal understands UTF-8. */
    public static Glyphs suitedTo(Map<String, String> environment) {
        for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                String locale = value.toUpperCase(Locale.ROOT);
                return locale.contains("UTF-8") || locale.contains("UTF8") ? BLOCKS : ASCII;
            }
        }
        return ASCII;
    }

    /** Values as columns of one line, {@code most} being a full one; the newest at the right. */
    String columns(List<Double> values, double most, int width) {
        var text = new StringBuilder();
        int from = Math.max(0, values.size() - width);
        for (double value : values.subList(from, values.size())) {
            double share = most <= 0 ? 0 : Math.clamp(value / most, 0, 1);
            int level = (int) Math.ceil(share * (levels.length() - 1));
            text.append(levels.charAt(level));
        }
        return text.toString();
    }

    /** The filled part of a bar; {@code share} is 0 to 1. */
    String bar(double share, int width) {
        double cells = Math.clamp(share, 0, 1) * width;
        int full = (int) cells;
        var text = new StringBuilder(steps.substring(steps.length() - 1).repeat(full));
        int part = (int) ((cells - full) * steps.length());
        if (part > 0 && full < width) {
            text.append(steps.charAt(part - 1));
        }
        return text.toString();
    }
}
