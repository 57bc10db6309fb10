package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Hashing;
import dev.ebb.balance.SessionPolicy;
import dev.ebb.balance.Sessions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;

/**
 * Gives clients the cookies of their sessions and reads them again, for one service on one event
 * loop. A cookie is one block of AES: the tag of the instance (64 bits), the session's id (32), and
 * when it was given out (28, in units of 4 s), with 4 bits that are zero. So it tells nobody
 * anything, is another one for each client, and a made-up one names no instance.
 */
final class SessionCookies {
    /** A clock that was set back must not end sessions; who could forge one has the key. */
    private static final long CLOCK_BACK_SECONDS = 24 * 3600;

    private static final long EPOCH_SECONDS = 1_735_689_600L; // 2025
    private static final int UNIT_SECONDS = 4;
    private static final int TIME_BITS = 28;
    private static final int BLOCK = 16;
    private static final int TEXT = 22;
    private static final int ID_AT = 8;
    private static final int TIME_AT = 12;

    /** Cookies of the name that are looked at: each costs a decryption. */
    private static final int MOST_READ = 8;

    private static final int SERVER_ERROR = 500;

    private final SessionPolicy policy;
    private final Sessions sessions;
    private final Counters counters;
    private final RandomGenerator random;
    private final CookieField field;
    private final Cipher encrypt;
    private final Cipher decrypt;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
    private final byte[] text = new byte[TEXT];
    private final String end;

    SessionCookies(
            SessionPolicy policy,
            Sessions sessions,
            SessionKey key,
            Counters counters,
            RandomGenerator random) {
        this.policy = policy;
        this.sessions = sessions;
        this.counters = counters;
        this.random = random;
        field = new CookieField(policy.cookie());
        encrypt = cipher(Cipher.ENCRYPT_MODE, key);
        decrypt = cipher(Cipher.DECRYPT_MODE, key);
        String age = policy.ttl().map(t -> "; Max-Age=" + t.toSeconds()).orElse("");
        end = "; Path=" + policy.path() + age + "; HttpOnly";
    }

    /** One block at a time, no two of them the same: no mode that would chain them is needed. */
    private static Cipher cipher(int mode, SessionKey key) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, key.key());
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES", e);
        }
    }

    Sessions sessions() {
        return sessions;
    }

    /**
     * The session of a request that has just come. Where it has several cookies of the name, an old
     * one of another path or domain among them, the first counts whose instance can serve it; else
     * the first that is good.
     */
    Session read(RequestHead request, boolean secure, long wallSeconds) {
        var session = new Session(secure);
        boolean more = field.find(request.head);
        for (int i = 0; more && i < MOST_READ; i++) {
            boolean good = decode(request.head.bytes) && isGood(wallSeconds);
            boolean served = good && sessions.bound(tag()) != null;
            if (served || (good && !session.known)) {
                session.known = true;
                session.tag = tag();
                session.id = block.getInt(ID_AT);
                session.issuedSeconds = issuedSeconds();
            }
            more = !served && field.findNext(request.head);
        }
        return session;
    }

    private boolean isGood(long wallSeconds) {
        boolean ours = (block.getInt(TIME_AT) & 0xF) == 0;
        long age = wallSeconds - issuedSeconds();
        return ours
                && age >= -CLOCK_BACK_SECONDS
                && policy.ttl().map(t -> age <= t.toSeconds()).orElse(true);
    }

    private long tag() {
        long tag = block.getLong(0);
        return tag == Hashing.NONE ? 1 : tag;
    }

    private long issuedSeconds() {
        return EPOCH_SECONDS + (long) (block.getInt(TIME_AT) >>> 4) * UNIT_SECONDS;
    }

    private boolean decode(byte[] head) {
        if (field.end - field.start != TEXT) {
            return false;
        }
        System.arraycopy(head, field.start, text, 0, TEXT);
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(text);
            return decrypt.doFinal(sealed, 0, BLOCK, block.array(), 0) == BLOCK;
        } catch (IllegalArgumentException e) {
            // Not of ours.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a whole block can be decrypted", e);
        }
    }

    /**
     * An instance has answered: binds the session to it, unless the one that it is bound to can
     * serve it still.
     *
     * @return the value of a Set-Cookie field, or nothing
     */
    byte[] answered(Session session, Candidate by, int status, long nowNanos, long wallSeconds) {
        Candidate bound = sessions.bound(session.tag);
        if (bound == by) {
            sessions.seen(by, session.id, nowNanos);
            boolean renew =
                    policy.ttl()
                            .map(t -> wallSeconds - session.issuedSeconds > t.toSeconds() / 2)
                            .orElse(false);
            return renew ? cookie(session, wallSeconds) : ResponseHead.NO_COOKIE;
        }
        if (bound != null || status >= SERVER_ERROR || sessions.bound(by.tag()) != by) {
            return ResponseHead.NO_COOKIE;
        }
        if (!by.isActive()) {
            // Parked since it was picked: others get what is new.
            return ResponseHead.NO_COOKIE;
        }
        if (session.known) {
            counters.count(Counters.SESSIONS_MOVED);
            sessions.seen(by, session.id, nowNanos);
        } else {
            counters.count(Counters.SESSIONS_BEGUN);
            session.id = random.nextInt();
        }
        session.tag = by.tag();
        return cookie(session, wallSeconds);
    }

    private byte[] cookie(Session session, long wallSeconds) {
        long units = Math.max(0, wallSeconds - EPOCH_SECONDS) / UNIT_SECONDS;
        int time = (int) (units & ((1 << TIME_BITS) - 1)) << 4;
        block.putLong(0, session.tag).putInt(ID_AT, session.id).putInt(TIME_AT, time);
        try {
            byte[] sealed = encrypt.doFinal(block.array());
            String value = Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
            String whole = policy.cookie() + "=" + value + end + sameSite(session.secure);
            return whole.getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a whole block can be encrypted", e);
        }
    }

    /** Browsers refuse SameSite=None without Secure. */
    private String sameSite(boolean secure) {
        String site =
                switch (policy.sameSite()) {
                    case LAX -> "; SameSite=Lax";
                    case STRICT -> "; SameSite=Strict";
                    case NONE -> secure ? "; SameSite=None" : "";
                };
        return site + (secure ? "; Secure" : "");
    }
}
