package dev.ebb.config;

/**
 * Where something stands in a configuration file.
 *
 * @param line from 1; 0 when the matter concerns the file as a whole
 * @param column from 1, in characters; 0 as for the line
 */
public record Place(int line, int column) implements Comparable<Place> {
    /** The file as a whole. */
    public static final Place FILE = new Place(0, 0);

    @Override
    public int compareTo(Place other) {
        return line != other.line
                ? Integer.compare(line, other.line)
                : Integer.compare(column, other.column);
    }
}
