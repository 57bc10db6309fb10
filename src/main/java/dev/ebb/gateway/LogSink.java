package dev.ebb.gateway;

import java.io.Closeable;
import java.io.IOException;

/** Where whole lines go. May block; for one thread. */
interface LogSink extends Closeable {

    /** Takes whole lines, all or, with an exception, an unknown part of them. */
    void write(byte[] lines, int length) throws IOException;
}
