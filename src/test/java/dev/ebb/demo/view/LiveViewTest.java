package dev.ebb.demo.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveViewTest {
    private static final Terminal.Size SIZE = new Terminal.Size(90, 24);
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);

    @Test
    void takesTheScreenAndGivesItBack() {
        var view = view(Map.of("LANG", "C.UTF-8"));
        view.show(Scenes.usual());
        view.close();
        view.close();

        assertThat(written())
                .startsWith("\u001b[?1049h\u001b[?25l")
                .endsWith("\u001b[?25h\u001b[?1049l")
                .containsOnlyOnce("\u001b[?1049l")
                .contains("█");
    }

    @Test
    void writesOnlyWhatChanged() {
        var view = view(Map.of("LANG", "C.UTF-8"));
        assertThat(view.frame(Scenes.usual(), SIZE)).contains("hello-1", "\u001b[1;1H");

        String same = view.frame(Scenes.usual(), SIZE);
        assertThat(same).doesNotContain("hello-1").hasSizeLessThan(20);

        var rows = new java.util.ArrayList<>(Scenes.usual().rows());
        rows.removeLast();
        String fewer = view.frame(Scenes.scene(rows, List.of()), SIZE);
        assertThat(fewer).contains("\u001b[K").doesNotContain("hello-1");
    }

    @Test
    void drawsAnewWhenTheWindowChanges() {
        var view = view(Map.of());
        view.frame(Scenes.usual(), SIZE);
        assertThat(view.frame(Scenes.usual(), new Terminal.Size(60, 20)))
                .contains("\u001b[2J", "hello-1");
    }

    @Test
    void hasNoColoursWhereNobodyWantsThem() {
        String colour = "\u001b[38;5;";
        assertThat(view(Map.of()).frame(Scenes.usual(), SIZE)).contains(colour);
        assertThat(view(Map.of("NO_COLOR", "1")).frame(Scenes.usual(), SIZE))
                .doesNotContain(colour)
                .doesNotContain("\u001b[1;38");
        assertThat(view(Map.of("TERM", "dumb")).frame(Scenes.usual(), SIZE)).doesNotContain(colour);
    }

    @Test
    void plainLinesTellEachThingOnceAndBeatNowAndThen() {
        var view = new PlainView(out);
        for (int i = 0; i < 3; i++) {
            view.show(Scenes.usual());
        }
        view.close();

        assertThat(written().lines())
                .containsExactly(
                        "0:10  load falls",
                        "0:14  hello-3 parked, 2 in flight: utilization 12 % is low",
                        "0:23  . 90/s, 6532 sent, 6530 answered, 0 failed, 0 truncated, p99 24 ms;"
                                + " 1 starting, 2 serving, 1 parked; 25.0 % saved");
    }

    @Test
    void asksForASizeWithoutHarm() {
        // Under a build, standard output is hardly a terminal; the call must work anyhow.
        assertThat(new Terminal().size()).satisfies(size -> assertThat(size).isNotNull());
    }

    private LiveView view(Map<String, String> environment) {
        return new LiveView(out, () -> Optional.of(SIZE), environment);
    }

    private String written() {
        return screen.toString(StandardCharsets.UTF_8);
    }
}
