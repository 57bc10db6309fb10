package dev.ebb.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Text to tree. Bounded in depth, in parts, and in parts after aliases are expanded, so that no
 * document can exhaust memory or the stack. Duplicate keys, keys that are no text, unknown or
 * cyclic aliases, tags and further documents are errors. For one document and one thread.
 */
final class YamlReader {
    private static final int DEEPEST = 32;
    private static final long MOST_PARTS = 100_000;
    private static final String MERGE = "<<";

    private final Problems problems;
    private final Map<String, Yaml> anchors = new HashMap<>();
    private final List<String> open = new ArrayList<>();
    private long parts;
    private Iterator<Event> events = List.<Event>of().iterator();

    private YamlReader(Problems problems) {
        this.problems = problems;
    }

    /** The document's tree; empty when it could not be read, and then a problem says why. */
    static Optional<Yaml> read(String text, Problems problems) {
        try {
            return new YamlReader(problems).document(text);
        } catch (GiveUp e) {
            problems.error(e.place, e.text);
        } catch (MarkedYamlEngineException e) {
            Place place =
                    e.getProblemMark()
                            .map(m -> new Place(m.getLine() + 1, m.getColumn() + 1))
                            .orElse(Place.FILE);
            problems.error(place, "not YAML: " + SyntaxWords.explain(e));
        } catch (ReaderException e) {
            problems.error(
                    placeOf(text, e.getPosition()),
                    "the character U+%04X may not stand in YAML; remove it"
                            .formatted(e.getCodePoint()));
        } catch (YamlEngineException e) {
            problems.error(Place.FILE, "not YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private Optional<Yaml> document(String text) {
        events = new Parse(LoadSettings.builder().build()).parseString(text).iterator();
        Optional<Yaml> tree = Optional.empty();
        boolean second = false;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                case DocumentStart -> {
                    if (second) {
                        throw new GiveUp(place(event), "a second document; one file, one document");
                    }
                    second = true;
                }
                default -> tree = Optional.of(node(event, 1));
            }
        }
        return tree;
    }

    private Yaml node(Event event, int depth) {
        Place place = place(event);
        if (++parts > MOST_PARTS) {
            throw new GiveUp(place, "more than " + MOST_PARTS + " values; make the file smaller");
        }
        if (depth > DEEPEST) {
            throw new GiveUp(place, "nested deeper than " + DEEPEST + " levels; make it flatter");
        }
        if (event instanceof AliasEvent alias) {
            return aliased(alias.getAlias().getValue(), place);
        }
        Optional<String> anchor = ((NodeEvent) event).getAnchor().map(a -> a.getValue());
        anchor.ifPresent(open::add);
        Yaml node =
                switch (event.getEventId()) {
                    case Scalar -> scalar((ScalarEvent) event, place);
                    case SequenceStart -> sequence(place, depth);
                    case MappingStart -> mapping(place, depth);
                    default -> throw new IllegalStateException("unexpected " + event);
                };
        if (node.weight() > MOST_PARTS) {
            throw new GiveUp(
                    place,
                    "more than " + MOST_PARTS + " values once aliases are expanded; use fewer");
        }
        anchor.ifPresent(name -> {
            open.remove(name);
            anchors.put(name, node);
        });
        return node;
    }

    private Yaml aliased(String name, Place place) {
        if (open.contains(name)) {
            throw new GiveUp(
                    place, "the alias *" + name + " contains itself; an alias may not be cyclic");
        }
        Yaml target = anchors.get(name);
        if (target == null) {
            throw new GiveUp(
                    place, "the alias *" + name + " has no anchor; define &" + name + " before it");
        }
        return target;
    }

    private static Yaml.Scalar scalar(ScalarEvent event, Place place) {
        if (event.getTag().filter(t -> !t.equals("!")).isPresent()) {
            throw new GiveUp(place, "tags like " + event.getTag().get() + " mean nothing here");
        }
        return new Yaml.Scalar(place, event.getValue(), event.isPlain());
    }

    private Yaml sequence(Place place, int depth) {
        var items = new ArrayList<Yaml>();
        long weight = 1;
        Event event = events.next();
        while (event.getEventId() != Event.ID.SequenceEnd) {
            Yaml item = node(event, depth + 1);
            weight += item.weight();
            items.add(item);
            event = events.next();
        }
        return new Yaml.Sequence(place, items, weight);
    }

    private Yaml mapping(Place place, int depth) {
        var own = new HashMap<String, Yaml.Entry>();
        var entries = new ArrayList<Yaml.Entry>();
        var merged = new ArrayList<Yaml.Entry>();
        long weight = 1;
        Event event = events.next();
        while (event.getEventId() != Event.ID.MappingEnd) {
            Yaml key = node(event, depth + 1);
            Yaml value = node(events.next(), depth + 1);
            weight += key.weight() + value.weight();
            if (!(key instanceof Yaml.Scalar name)) {
                throw new GiveUp(key.place(), "a key is a word, not " + key.what());
            }
            var entry = new Yaml.Entry(name, value);
            Yaml.Entry first = own.putIfAbsent(name.text(), entry);
            if (first != null) {
                problems.error(
                        name.place(),
                        "the key %s is here twice, first in line %d; keep one"
                                .formatted(
                                        Problems.quote(name.text()), first.key().place().line()));
            } else if (name.plain() && name.text().equals(MERGE)) {
                merge(value, merged);
            } else {
                entries.add(entry);
            }
            event = events.next();
        }
        for (Yaml.Entry entry : merged) {
            if (own.putIfAbsent(entry.key().text(), entry) == null) {
                entries.add(entry);
            }
        }
        return new Yaml.Mapping(place, entries, weight);
    }

    private void merge(Yaml value, List<Yaml.Entry> into) {
        switch (value) {
            case Yaml.Mapping mapping -> into.addAll(mapping.entries());
            case Yaml.Sequence sequence when depthOf(sequence) <= 2 ->
                    sequence.items().forEach(item -> merge(item, into));
            default ->
                    problems.error(
                            value.place(),
                            "'<<' merges a mapping or a list of them, not " + value.what());
        }
    }

    private static int depthOf(Yaml node) {
        return node instanceof Yaml.Sequence sequence
                ? 1 + sequence.items().stream().mapToInt(YamlReader::depthOf).max().orElse(0)
                : 1;
    }

    private static Place place(Event event) {
        return event.getStartMark()
                .map(m -> new Place(m.getLine() + 1, m.getColumn() + 1))
                .orElse(Place.FILE);
    }

    /** The place of a code point's index. */
    private static Place placeOf(String text, int position) {
        int line = 1;
        int column = 1;
        int[] points = text.codePoints().limit(Math.max(0, position)).toArray();
        for (int point : points) {
            line += point == '\n' ? 1 : 0;
            column = point == '\n' ? 1 : column + 1;
        }
        return new Place(line, column);
    }

    /** Nothing after this place can be made sense of. */
    private static final class GiveUp extends RuntimeException {
        private final transient Place place;
        private final String text;

        GiveUp(Place place, String text) {
            super(text, null, false, false);
            this.place = place;
            this.text = text;
        }
    }
}
