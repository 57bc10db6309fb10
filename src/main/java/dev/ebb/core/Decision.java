package dev.ebb.core;

import java.util.List;

/**
 * What one tick decided for one service.
 *
 * @param state to go on from, before any command is applied
 * @param moves what facts alone have done
 * @param commands to be checked again and carried out, in this order
 * @param explanation everything that was considered, commands withheld by the mode included
 * @param assessed each instance's figures
 */
public record Decision(
        ServiceState state,
        List<Move> moves,
        List<Planned> commands,
        Explanation explanation,
        List<Assessed> assessed) {
    public Decision {
        moves = List.copyOf(moves);
        commands = List.copyOf(commands);
        assessed = List.copyOf(assessed);
    }
}
