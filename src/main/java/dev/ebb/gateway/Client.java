package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** One client's connection, as the event loop that owns it sees it, whatever it speaks. */
abstract class Client extends ChannelInboundHandlerAdapter {
    /** Place in the loop's list; belongs to the loop. */
    int slot = -1;

    /** Called about ten times a second. */
    abstract void tick(long nowNanos);

    /** An instance has fallen silent; see {@link Exchange#silent}. */
    abstract void silent(Candidate ejected);

    /** See {@link Exchange#ask}; each stream is asked with this chance. */
    abstract void ask(@Nullable Candidate leaving, LongStream.Why why, double chance);

    /** The gateway is ending: closes the connection if no request is going on. */
    abstract void closeIdle();

    abstract void closeNow();
}
