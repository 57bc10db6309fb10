package dev.ebb.cli;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.HandoverGuest;
import dev.ebb.gateway.handover.Talk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A new process that goes wrong at a step, or not at all; a main class. Arguments: the step, how
 * (die, mute or fail), then those of a real one.
 */
final class TestSuccessor {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** What it tells once it is in charge. */
    static final EndpointSnapshot SNAPSHOT = snapshot();

    private TestSuccessor() {}

    private static EndpointSnapshot snapshot() {
        var hello = new ServiceName("hello");
        return new EndpointSnapshot(
                hello,
                1,
                List.of(
                        endpoint(hello, 1, EndpointRole.ACTIVE),
                        endpoint(hello, 2, EndpointRole.PARKED)));
    }

    private static Endpoint endpoint(ServiceName hello, int ordinal, EndpointRole role) {
        var id = new InstanceId(hello, ordinal);
        return new Endpoint(id, "127.0.0.1", 8000 + ordinal, role, 0.5, Endpoint.NO_RAMP);
    }

    public static void main(String[] args) throws Exception {
        String step = args[0];
        String how = args[1];
        reached("start", step, how, Optional.empty());
        HandoverGuest guest = HandoverGuest.enter(Path.of(args[args.length - 1]));
        Talk talk = guest.talk();
        UpgradeWords.introduce(talk, UpgradeWords.Who.me());
        var greeting = UpgradeWords.hearGreeting(talk, LONG);
        reached("greeting", step, how, Optional.of(talk));
        guest.take(greeting.listeners(), LONG);
        talk.send(UpgradeWords.RECEIVED);
        reached("received", step, how, Optional.of(talk));
        talk.send(UpgradeWords.PREPARED);
        UpgradeWords.expect(talk, UpgradeWords.RELEASED, LONG);
        reached("released", step, how, Optional.of(talk));
        talk.send(UpgradeWords.READY);
        UpgradeWords.expect(talk, UpgradeWords.YOURS, LONG);
        reached("yours", step, how, Optional.of(talk));
        talk.send(UpgradeWords.IN_CHARGE);
        UpgradeFeed.tell(talk, SNAPSHOT);
        awaitEnd(talk);
    }

    private static void reached(String here, String step, String how, Optional<Talk> talk)
            throws Exception {
        if (!here.equals(step)) {
            return;
        }
        switch (how) {
            case "die" -> Runtime.getRuntime().halt(7);
            case "fail" -> {
                UpgradeWords.fail(talk.orElseThrow(), "it does not want to");
                Runtime.getRuntime().halt(1);
            }
            // For as long as somebody could wait for it.
            default -> ProcessHandle.current().parent().orElseThrow().onExit().join();
        }
    }

    /** Until the old one has hung up, as a real one would see it. */
    private static void awaitEnd(Talk talk) throws InterruptedException {
        try {
            while (true) {
                String _ = talk.hear(LONG);
            }
        } catch (HandoverException e) {
            // That was it.
        }
    }
}
