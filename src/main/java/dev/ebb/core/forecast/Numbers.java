package dev.ebb.core.forecast;

import java.util.Arrays;

/** A row of numbers that is written and read in order: how an {@link Outlook} is kept. */
final class Numbers {
    private double[] values;
    private int place;

    private Numbers(double[] values) {
        this.values = values;
    }

    static Numbers empty() {
        return new Numbers(new double[8192]);
    }

    static Numbers of(double[] values) {
        return new Numbers(values);
    }

    Numbers put(double value) {
        if (place == values.length) {
            values = Arrays.copyOf(values, 2 * values.length);
        }
        values[place++] = value;
        return this;
    }

    Numbers put(double[] all) {
        put(all.length);
        for (double one : all) {
            put(one);
        }
        return this;
    }

    Numbers put(float[] all) {
        put(all.length);
        for (float one : all) {
            put(one);
        }
        return this;
    }

    double[] written() {
        return Arrays.copyOf(values, place);
    }

    boolean isAtEnd() {
        return place == values.length;
    }

    /**
     * @throws IllegalArgumentException when there is no more
     */
    double next() {
        if (place >= values.length) {
            throw new IllegalArgumentException("not an outlook: too short");
        }
        return values[place++];
    }

    /** A whole number. */
    long nextWhole() {
        double value = next();
        if (value != Math.rint(value) || Math.abs(value) > 1L << 53) {
            throw new IllegalArgumentException("not an outlook: " + value + " is not whole");
        }
        return (long) value;
    }

    int nextInt() {
        return Math.toIntExact(nextWhole());
    }

    double[] nextDoubles(int most) {
        int count = nextInt();
        if (count < 0 || count > most || count > values.length - place) {
            throw new IllegalArgumentException("not an outlook: " + count + " numbers in a row");
        }
        double[] all = Arrays.copyOfRange(values, place, place + count);
        place += count;
        return all;
    }

    /** Exactly so many. */
    double[] nextExactly(int count) {
        double[] all = nextDoubles(count);
        if (all.length != count) {
            throw new IllegalArgumentException("not an outlook: " + all.length + " numbers");
        }
        return all;
    }

    float[] nextFloats(int most) {
        double[] all = nextDoubles(most);
        float[] floats = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            floats[i] = (float) all[i];
        }
        return floats;
    }
}
