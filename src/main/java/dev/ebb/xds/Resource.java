package dev.ebb.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.ebb.core.InstanceId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * One resource as it is sent. Its version is a digest of its content: the same in each life of Ebb
 * and in each replica, so that a data plane that comes back is sent only what really differs.
 *
 * @param generation of the snapshot that it is made from; 0 where there is none
 * @param closed the instances in it that get no new request
 */
record Resource(String name, Any body, String version, long generation, Set<InstanceId> closed) {
    private static final int VERSION_BYTES = 12;

    Resource {
        closed = Set.copyOf(closed);
    }

    static Resource of(String name, Message body) {
        return of(name, body, 0, Set.of());
    }

    static Resource of(String name, Message body, long generation, Set<InstanceId> closed) {
        Any any = Any.pack(body);
        return new Resource(name, any, digest(any.getValue().toByteArray()), generation, closed);
    }

    static String digest(byte[] content) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(all, 0, VERSION_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
