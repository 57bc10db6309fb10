package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** One client's connection, as the event loop that owns it sees it, whatever it speaks. */
abstract class Client extends ChannelInboundHandlerAdapter {
    /** Place in the loop's list; belongs to the loop. */
    int slot = -1;

    private boolean told;
    private long toldNanos;

    /** Whether the gateway closes, and it is this one's turn to leave. */
    final boolean isTold() {
        return told;
    }

    final long toldNanos() {
        return toldNanos;
    }

    /** It is to leave; once. */
    final void tell(long nowNanos) {
        told = true;
        toldNanos = nowNanos;
        leave();
    }

    /** Asks it to leave, if its protocol has words for that; in HTTP/1 the next answer says so. */
    void leave() {}

    /** Called about ten times a second. */
    abstract void tick(long nowNanos);

    /** An instance has fallen silent; see {@link Exchange#silent}. */
    abstract void silent(Candidate ejected);

    /** See {@link Exchange#ask}; each stream is asked with this chance. */
    abstract void ask(@Nullable Candidate leaving, LongStream.Why why, double chance);

    /** It was told to leave, and stays: closes the connection if no request is going on. */
    abstract void closeIdle();

    abstract void closeNow();
}
