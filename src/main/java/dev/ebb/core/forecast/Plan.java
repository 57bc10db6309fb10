package dev.ebb.core.forecast;

import java.util.Locale;

/**
 * How many instances a demand is worth, and why. Immutable.
 *
 * @param wanted instances, after waiting
 * @param chosen instances, before it
 * @param need instances that carry what there is now
 * @param demand what there is now, in instances fully used
 * @param expected the forecast of the highest demand within the lead
 * @param spread how far it may stray, as a share
 * @param risk probability that {@code chosen} is too few within the lead
 * @param price what a missed request counts for, in served ones
 * @param trust how much the forecast counts beside the newest reading, 0 to 1
 * @param lead seconds that a start takes to have an effect
 * @param held why more are wanted than chosen
 * @param trough whether nothing that is expected calls for more before a removal has paid: then
 *     there is no reason to wait with it
 */
public record Plan(
        int wanted,
        int chosen,
        int need,
        double demand,
        double expected,
        double spread,
        double risk,
        double price,
        double trust,
        double lead,
        Held held,
        boolean trough) {

    /** Why more instances are wanted than the risk asks for. */
    public enum Held {
        NO,
        /** Fewer have not been enough for long enough to pay for a restart. */
        RESTART,
        /** The load fell too suddenly to be believed yet. */
        SUDDEN_FALL,
        /** A day or a week ago the load rose again before a removal would have paid. */
        PEAK,
        /** How far the load strays is not known yet: no reason to start, and none to let go. */
        NEW
    }

    /** How many it is worth to start up to. */
    public int startsUpTo() {
        return held == Held.NEW ? chosen : wanted;
    }

    Plan keeping(int instances, Held why, boolean calm) {
        if (instances == wanted && why == held && calm == trough) {
            return this;
        }
        return new Plan(
                instances, chosen, need, demand, expected, spread, risk, price, trust, lead, why,
                calm);
    }

    void write(Numbers to) {
        to.put(wanted).put(chosen).put(need).put(demand).put(expected).put(spread).put(risk);
        to.put(price).put(trust).put(lead).put(code(held));
        to.put(trough ? 1 : 0);
    }

    static Plan read(Numbers from, boolean troughs) {
        return new Plan(
                from.nextInt(),
                from.nextInt(),
                from.nextInt(),
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                held(from.nextInt()),
                troughs && from.next() > 0);
    }

    private static int code(Held held) {
        return switch (held) {
            case NO -> 0;
            case RESTART -> 1;
            case SUDDEN_FALL -> 2;
            case NEW -> 3;
            case PEAK -> 4;
        };
    }

    private static Held held(int code) {
        return switch (code) {
            case 0 -> Held.NO;
            case 1 -> Held.RESTART;
            case 2 -> Held.SUDDEN_FALL;
            case 3 -> Held.NEW;
            case 4 -> Held.PEAK;
            default -> throw new IllegalArgumentException("not an outlook: held " + code);
        };
    }

    /** In a sentence, with its numbers. */
    public String text() {
        StringBuilder text = new StringBuilder(200);
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d for the present load of %.1f; %.1f expected within %.0f s, give or take"
                                + " %.0f %%; %d are too few with a risk of %.2g %%, and a missed"
                                + " request counts for %.1f served ones",
                        need,
                        demand,
                        expected,
                        lead,
                        100 * spread,
                        chosen,
                        100 * risk,
                        price));
        if (trust < 1) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "; the forecast has been wrong lately and counts for %.0f %%",
                            100 * trust));
        }
        switch (held) {
            case RESTART -> text.append("; ").append(wanted).append(" kept: a restart costs more");
            case SUDDEN_FALL ->
                    text.append("; ").append(wanted).append(" kept: the load fell too suddenly");
            case PEAK ->
                    text.append("; ")
                            .append(wanted)
                            .append(" kept: a peak is near, as a day or a week ago");
            case NEW ->
                    text.append("; those that there are stay, up to ")
                            .append(wanted)
                            .append(": how far the load strays is not known yet");
            case NO -> {}
        }
        if (trough) {
            text.append("; the trough is long enough to let go without waiting, as a day ago");
        }
        return text.toString();
    }
}
