package dev.ebb.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Aligned columns; numbers to the right. Colours do not count for the width. For one thread. */
final class Table {
    private static final String GAP = "  ";

    private final List<List<Cell>> rows = new ArrayList<>();

    /**
     * @param right whether it ends at the column's end
     */
    record Cell(String text, boolean right, UnaryOperator<String> ink) {
        static Cell of(String text) {
            return new Cell(text, false, t -> t);
        }

        static Cell of(String text, UnaryOperator<String> ink) {
            return new Cell(text, false, ink);
        }

        static Cell number(String text) {
            return new Cell(text, true, t -> t);
        }

        Cell inked(UnaryOperator<String> other) {
            return new Cell(text, right, other);
        }
    }

    Table add(List<Cell> cells) {
        rows.add(List.copyOf(cells));
        return this;
    }

    /** The lines, each after this margin, without blanks at their ends. */
    List<String> lines(String margin) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<Cell> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], width(row.get(i).text()));
            }
        }
        var lines = new ArrayList<String>();
        for (List<Cell> row : rows) {
            var line = new StringBuilder(margin);
            for (int i = 0; i < row.size(); i++) {
                Cell cell = row.get(i);
                String pad = " ".repeat(widths[i] - width(cell.text()));
                String inked = cell.ink().apply(cell.text());
                line.append(i > 0 ? GAP : "").append(cell.right() ? pad + inked : inked + pad);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
