package dev.ebb.core;

import java.util.Locale;

/** Figures in sentences: short, and the same in every locale. */
final class Text {

    private Text() {}

    /** 12, 3.4, 0.05: as many digits as say something. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 0.1 ? "%.3f" : "%.1f", value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    /** A small share with as many digits as it takes: 0.05 %, 1.2 %, 14 %. */
    static String share(double share) {
        double percent = share * 100;
        String form = percent >= 10 ? "%.0f %%" : percent >= 1 ? "%.1f %%" : "%.2f %%";
        return percent == Math.rint(percent)
                ? percent(share)
                : String.format(Locale.ROOT, form, percent);
    }

    static String millis(double nanos) {
        return String.format(Locale.ROOT, nanos < 1e7 ? "%.1f ms" : "%.0f ms", nanos / 1e6);
    }

    static String instances(int count) {
        return count == 1 ? "1 instance" : count + " instances";
    }
}
