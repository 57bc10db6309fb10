package dev.ebb.gateway.http2;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection's open streams by their id, without an object for each. One event loop. */
final class StreamTable {
    private @Nullable Http2Stream[] places = new Http2Stream[8];
    private int size;

    private int home(int id) {
        // Ids of one side are two apart.
        return (id >>> 1) & (places.length - 1);
    }

    int size() {
        return size;
    }

    @Nullable Http2Stream find(int id) {
        int at = home(id);
        Http2Stream stream = places[at];
        while (stream != null && stream.id != id) {
            at = (at + 1) & (places.length - 1);
            stream = places[at];
        }
        return stream;
    }

    void add(Http2Stream stream) {
        if (size * 2 >= places.length) {
            resize(places.length * 2);
        }
        place(stream);
        size++;
    }

    private void place(Http2Stream stream) {
        int at = home(stream.id);
        while (places[at] != null) {
            at = (at + 1) & (places.length - 1);
        }
        places[at] = stream;
    }

    private void resize(int capacity) {
        @Nullable Http2Stream[] old = places;
        places = new Http2Stream[capacity];
        for (Http2Stream stream : old) {
            if (stream != null) {
                place(stream);
            }
        }
    }

    void remove(Http2Stream stream) {
        int mask = places.length - 1;
        int hole = home(stream.id);
        while (places[hole] != stream) {
            if (places[hole] == null) {
                return;
            }
            hole = (hole + 1) & mask;
        }
        size--;
        places[hole] = null;
        int at = (hole + 1) & mask;
        Http2Stream moved = places[at];
        while (moved != null) {
            // It may fill the hole unless its home lies between the two.
            if (((at - home(moved.id)) & mask) >= ((at - hole) & mask)) {
                places[hole] = moved;
                places[at] = null;
                hole = at;
            }
            at = (at + 1) & mask;
            moved = places[at];
        }
    }

    /** Calls for each stream that is open now, even if the calls close some or open others. */
    void forEach(Consumer<Http2Stream> action) {
        Http2Stream[] all = new Http2Stream[size];
        int count = 0;
        for (Http2Stream stream : places) {
            if (stream != null) {
                all[count++] = stream;
            }
        }
        for (int i = 0; i < count; i++) {
            if (!all[i].closed) {
                action.accept(all[i]);
            }
        }
    }
}
