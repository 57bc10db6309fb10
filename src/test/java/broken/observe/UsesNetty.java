package broken.observe;

import io.netty.buffer.ByteBuf;

/** Breaks a rule on purpose. */
interface UsesNetty {
    ByteBuf bytes();
}
