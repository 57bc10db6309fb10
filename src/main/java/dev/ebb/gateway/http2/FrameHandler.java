package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;

/**
 * What {@link FrameReader} has read: frames whose sizes, streams and flags fit together. Every
 * method may end the connection, after which the reader reads no more.
 */
interface FrameHandler {
    /**
     * A whole block of fields.
     *
     * @param dependsOnItself its priority says that the stream depends on itself
     */
    void headers(int id, byte[] block, int size, boolean endStream, boolean dependsOnItself);

    /**
     * A DATA frame begins.
     *
     * @param length of its payload, padding included
     * @param content bytes of content that are going to follow
     */
    void dataBegins(int id, int length, int content, boolean endStream);

    /**
     * A part of the frame's content, at the buffer's reader index; with the last one its end. An
     * empty frame has one part of no bytes.
     */
    void data(ByteBuf in, int length, boolean last);

    void priority(int id, boolean dependsOnItself);

    void reset(int id, int code);

    void settings(ByteBuf in, int length);

    void settingsAck();

    void ping(long payload, boolean ack);

    void goAway(int lastId, int code);

    void windowUpdate(int id, int increment);

    /** A frame of a type that we do not know, which means nothing. */
    void unknown();

    /** The bytes break the rules, so that nothing after them can be understood. */
    void broken(int code, String why);

    boolean ended();
}
