package dev.ebb.demo.view;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of text in several styles, written from left to right. Every character must take one
 * column. For one thread.
 */
final class Line {
    private final List<Span> spans = new ArrayList<>();
    private int length;

    record Span(Style style, String text) {}

    Line add(Style style, String text) {
        if (!text.isEmpty()) {
            spans.add(new Span(style, text));
            length += text.codePointCount(0, text.length());
        }
        return this;
    }

    Line add(String text) {
        return add(Style.PLAIN, text);
    }

    /** Spaces up to a column, counted from 0; nothing when it is there already. */
    Line to(int column) {
        return add(" ".repeat(Math.max(0, column - length)));
    }

    /** Adds a text so that it ends before a column. */
    Line endingAt(int column, Style style, String text) {
        return to(column - text.codePointCount(0, text.length())).add(style, text);
    }

    int length() {
        return length;
    }

    /** The text without its styles. */
    String text() {
        var text = new StringBuilder();
        spans.forEach(span -> text.append(span.text()));
        return text.toString();
    }

    /** As a terminal wants it, cut off at a width. */
    String painted(int width, boolean colours) {
        var out = new StringBuilder();
        int left = width;
        for (Span span : spans) {
            String text = cut(span.text(), left);
            left -= text.codePointCount(0, text.length());
            if (colours && span.style() != Style.PLAIN && !text.isEmpty()) {
                out.append("\u001b[").append(span.style().parameters()).append('m');
                out.append(text).append("\u001b[0m");
            } else {
                out.append(text);
            }
        }
        return out.toString();
    }

    static String cut(String text, int width) {
        if (text.codePointCount(0, text.length()) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, Math.max(0, width)));
    }
}
