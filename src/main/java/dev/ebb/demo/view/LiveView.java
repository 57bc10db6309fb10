package dev.ebb.demo.view;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The live view: draws on the terminal's second screen, and only those lines that changed, each
 * frame in one write between "begin" and "end synchronized update", so that nothing flickers.
 * Follows the window's size. Without colours where NO_COLOR is set.
 *
 * @see <a href="https://no-color.org">no-color.org</a>
 */
public final class LiveView implements View {
    private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
    private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private static final String BEGIN = "\u001b[?2026h";
    private static final String END = "\u001b[?2026l";

    private final PrintStream out;
    private final Supplier<Optional<Terminal.Size>> size;
    private final Glyphs glyphs;
    private final boolean colours;
    private Terminal.Size shownSize = new Terminal.Size(0, 0);
    private List<String> shown = List.of();
    private boolean open = true;

    /** Takes over the screen until {@link #close}. */
    public LiveView(
            PrintStream out,
            Supplier<Optional<Terminal.Size>> size,
            Map<String, String> environment) {
        this.out = out;
        this.size = size;
        this.glyphs = Glyphs.suitedTo(environment);
        this.colours =
                environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !"dumb".equals(environment.get("TERM"));
        write(ENTER);
    }

    @Override
    public synchronized void show(Scene scene) {
        if (open) {
            write(frame(scene, size.get().orElse(Terminal.Size.USUAL)));
        }
    }

    /** What must be written so that the screen shows this scene. */
    String frame(Scene scene, Terminal.Size now) {
        var frame = new StringBuilder(BEGIN);
        if (!now.equals(shownSize)) {
            frame.append("\u001b[2J");
            shownSize = now;
            shown = List.of();
        }
        var lines = new ArrayList<String>();
        for (Line line : new Layout(glyphs, now.columns(), now.rows()).draw(scene)) {
            lines.add(line.painted(now.columns(), colours));
        }
        for (int i = 0; i < Math.max(lines.size(), shown.size()); i++) {
            String line = i < lines.size() ? lines.get(i) : "";
            if (i >= shown.size() || !shown.get(i).equals(line)) {
                frame.append("\u001b[").append(i + 1).append(";1H");
                frame.append(line).append("\u001b[K");
            }
        }
        shown = List.copyOf(lines);
        return frame.append(END).toString();
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            write(LEAVE);
        }
    }

    private void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }
}
