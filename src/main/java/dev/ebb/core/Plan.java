package dev.ebb.core;

import java.util.ArrayList;
import java.util.List;

/** A decision in the making: commands, holds and the ranking, as the steps add them. */
final class Plan {
    final List<Planned> commands = new ArrayList<>();
    final List<Planned> withheld = new ArrayList<>();
    final List<Hold> holds = new ArrayList<>();
    List<Ranked> ranking = List.of();

    void order(Command command, Reason... reasons) {
        commands.add(new Planned(command, List.of(reasons)));
    }

    void order(Command command, List<Reason> reasons) {
        commands.add(new Planned(command, reasons));
    }

    void hold(Hold hold) {
        boolean known = holds.stream().anyMatch(h -> h.why().code().equals(hold.why().code()));
        if (!known) {
            holds.add(hold);
        }
    }
}
