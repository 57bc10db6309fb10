package dev.ebb.core.forecast;

/**
 * Many numbers of which few change at a time: an array in rows, of which a change copies one.
 * Immutable.
 */
final class Rows {
    private static final int ROW = 60;

    private final float[][] rows;

    private Rows(float[][] rows) {
        this.rows = rows;
    }

    /** So many numbers, all the same; the rows share their memory until they differ. */
    static Rows of(int size, float value) {
        float[] row = new float[ROW];
        java.util.Arrays.fill(row, value);
        float[][] rows = new float[(size + ROW - 1) / ROW][];
        java.util.Arrays.fill(rows, row);
        return new Rows(rows);
    }

    float at(int index) {
        return rows[index / ROW][index % ROW];
    }

    Rows with(int index, float value) {
        float[][] next = rows.clone();
        float[] row = rows[index / ROW].clone();
        row[index % ROW] = value;
        next[index / ROW] = row;
        return new Rows(next);
    }

    void write(Numbers to) {
        for (float[] row : rows) {
            to.put(row);
        }
    }

    static Rows read(Numbers from, int size) {
        float[][] rows = new float[(size + ROW - 1) / ROW][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = from.nextFloats(ROW);
            if (rows[i].length != ROW) {
                throw new IllegalArgumentException("not an outlook: a row is too short");
            }
        }
        return new Rows(rows);
    }
}
