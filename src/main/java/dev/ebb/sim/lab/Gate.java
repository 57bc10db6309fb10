package dev.ebb.sim.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A condition on figures, such as {@code missed > 0.1% or cost > 1.2 * oracle}. Immutable.
 *
 * <pre>
 * condition  = all, { "or", all } ;
 * all        = one, { "and", one } ;
 * one        = "(", condition, ")" | figure, (">" | ">=" | "<" | "<="), limit ;
 * figure     = "cost" | "missed" | "overload" | "starts" | "direction_changes" ;
 * limit      = number | number, "%" | [ number, "*" ], policy ;
 * </pre>
 *
 * <p>A policy's name after the comparison stands for its figure of the same kind on the same trace.
 * {@code missed} and {@code overload} are shares of the requests and want a percentage, {@code
 * cost} is in instance-hours.
 */
public final class Gate {
    private final Condition condition;
    private final Set<String> policies;

    private Gate(Condition condition, Set<String> policies) {
        this.condition = condition;
        this.policies = policies;
    }

    /** What can be compared. */
    private enum Figure {
        COST,
        MISSED,
        OVERLOAD,
        STARTS,
        DIRECTION_CHANGES;

        double of(Score score) {
            return switch (this) {
                case COST -> score.instanceHours();
                case MISSED -> score.missedPercent();
                case OVERLOAD -> score.overloadPercent();
                case STARTS -> score.starts();
                case DIRECTION_CHANGES -> score.directionChanges();
            };
        }

        boolean isPercent() {
            return this == MISSED || this == OVERLOAD;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where figures come from. */
    private record Facts(Score mine, Function<String, Score> others) {}

    private sealed interface Condition {
        /** Whether it holds; says which comparisons do, in words. */
        boolean holds(Facts facts, List<String> because);
    }

    private record Any(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Facts facts, List<String> because) {
            boolean holds = false;
            for (Condition part : parts) {
                holds |= part.holds(facts, because);
            }
            return holds;
        }
    }

    private record Every(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Facts facts, List<String> because) {
            List<String> all = new ArrayList<>();
            for (Condition part : parts) {
                if (!part.holds(facts, all)) {
                    return false;
                }
            }
            because.addAll(all);
            return true;
        }
    }

    /**
     * @param policy empty for a plain number
     */
    private record Comparison(Figure figure, String operator, double factor, String policy)
            implements Condition {
        @Override
        public boolean holds(Facts facts, List<String> because) {
            double mine = figure.of(facts.mine());
            double limit = factor;
            if (!policy.isEmpty()) {
                limit *= figure.of(facts.others().apply(policy));
            }
            boolean holds =
                    switch (operator) {
                        case ">" -> mine > limit;
                        case ">=" -> mine >= limit;
                        case "<" -> mine < limit;
                        default -> mine <= limit;
                    };
            if (holds) {
                because.add(figure + " " + text(mine) + " " + operator + " " + limit(limit));
            }
            return holds;
        }

        private String limit(double limit) {
            if (policy.isEmpty()) {
                return text(limit);
            }
            String times = factor == 1 ? "" : plain(factor) + " * ";
            return text(limit) + " (" + times + policy + ")";
        }

        private String text(double value) {
            return switch (figure) {
                case MISSED, OVERLOAD -> plain(value) + "%";
                case COST -> plain(value) + " instance-hours";
                case STARTS, DIRECTION_CHANGES -> plain(value);
            };
        }

        private static String plain(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e9
                    ? Long.toString((long) value)
                    : String.format(Locale.ROOT, "%.4g", value);
        }
    }

    /**
     * @param known names of policies that may be compared with
     * @throws GateProblem when it is not a condition, with the position
     */
    public static Gate parse(String text, Set<String> known) throws GateProblem {
        var parser = new Parser(text, known);
        Condition condition = parser.whole();
        return new Gate(condition, parser.used);
    }

    /** The policies that it compares with: they have to be run. */
    public Set<String> policies() {
        return policies;
    }

    /**
     * What holds, one line for each comparison; empty when the condition does not.
     *
     * @param others scores of {@link #policies}, on the same trace
     */
    public List<String> broken(Score mine, Function<String, Score> others) {
        List<String> because = new ArrayList<>();
        return condition.holds(new Facts(mine, others), because) ? because : List.of();
    }

    /** A text that is no condition. */
    public static final class GateProblem extends Exception {
        private static final long serialVersionUID = 1;

        /** Two lines: what is wrong and where, and the text with a mark below the place. */
        GateProblem(String what, String text, int position) {
            super(
                    what
                            + " at column "
                            + (position + 1)
                            + "\n  "
                            + text.replaceAll("\\s", " ")
                            + "\n  "
                            + " ".repeat(position)
                            + "^");
        }
    }

    /** By recursive descent; nested no deeper than a person would write. */
    private static final class Parser {
        private static final int DEEPEST = 50;

        private final String text;
        private final Set<String> known;
        private final Set<String> used = new TreeSet<>();
        private int at;
        private int depth;

        Parser(String text, Set<String> known) {
            this.text = text;
            this.known = known;
        }

        Condition whole() throws GateProblem {
            Condition condition = any();
            blanks();
            if (at < text.length()) {
                throw problem("wants 'and', 'or' or the end");
            }
            return condition;
        }

        private Condition any() throws GateProblem {
            List<Condition> parts = new ArrayList<>(List.of(every()));
            while (word("or")) {
                parts.add(every());
            }
            return parts.size() == 1 ? parts.getFirst() : new Any(parts);
        }

        private Condition every() throws GateProblem {
            List<Condition> parts = new ArrayList<>(List.of(one()));
            while (word("and")) {
                parts.add(one());
            }
            return parts.size() == 1 ? parts.getFirst() : new Every(parts);
        }

        private Condition one() throws GateProblem {
            if (!sign("(")) {
                return comparison();
            }
            if (++depth > DEEPEST) {
                throw problem("too many parentheses");
            }
            Condition inner = any();
            if (!sign(")")) {
                throw problem("wants ')'");
            }
            depth--;
            return inner;
        }

        private Condition comparison() throws GateProblem {
            Figure figure = figure();
            String operator = operator();
            blanks();
            int place = at;
            if (at < text.length() && Character.isLetter(text.charAt(at))) {
                return new Comparison(figure, operator, 1, policy());
            }
            double number = number();
            if (sign("%")) {
                if (!figure.isPercent()) {
                    throw problem(figure + " is not a percentage", place);
                }
                return new Comparison(figure, operator, number, "");
            }
            if (sign("*")) {
                return new Comparison(figure, operator, number, policy());
            }
            if (figure.isPercent()) {
                throw problem("a limit for " + figure + " wants a '%'", at);
            }
            return new Comparison(figure, operator, number, "");
        }

        private Figure figure() throws GateProblem {
            blanks();
            int place = at;
            String name = name();
            for (Figure figure : Figure.values()) {
                if (figure.toString().equals(name)) {
                    return figure;
                }
            }
            throw problem("wants cost, missed, overload, starts or direction_changes", place);
        }

        private String operator() throws GateProblem {
            for (String operator : List.of(">=", "<=", ">", "<")) {
                if (sign(operator)) {
                    return operator;
                }
            }
            throw problem("wants >, >=, < or <=");
        }

        private double number() throws GateProblem {
            int end = at;
            while (end < text.length() && "0123456789.".indexOf(text.charAt(end)) >= 0) {
                end++;
            }
            String digits = text.substring(at, end);
            if (!digits.matches("\\d{1,15}(\\.\\d{1,15})?")) {
                throw problem("wants a number or the name of a policy");
            }
            at = end;
            return Double.parseDouble(digits);
        }

        private String policy() throws GateProblem {
            blanks();
            int place = at;
            String name = name();
            if (!known.contains(name)) {
                String names = String.join(", ", known);
                throw problem("wants the name of a policy (" + names + ")", place);
            }
            used.add(name);
            return name;
        }

        private String name() {
            int end = at;
            while (end < text.length() && isPartOfName(text.charAt(end))) {
                end++;
            }
            String name = text.substring(at, end);
            at = end;
            return name;
        }

        private static boolean isPartOfName(char c) {
            return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
        }

        private boolean word(String word) {
            blanks();
            int place = at;
            if (name().equals(word)) {
                return true;
            }
            at = place;
            return false;
        }

        private boolean sign(String sign) {
            blanks();
            if (!text.startsWith(sign, at)) {
                return false;
            }
            at += sign.length();
            return true;
        }

        private void blanks() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private GateProblem problem(String what) {
            blanks();
            return problem(what, at);
        }

        private GateProblem problem(String what, int place) {
            return new GateProblem(what, text, place);
        }
    }
}
