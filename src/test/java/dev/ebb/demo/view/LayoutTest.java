package dev.ebb.demo.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Lifecycle;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutTest {

    @Test
    void showsEverythingThatMatters() {
        List<String> lines = draw(Scenes.usual(), 96, 24);
        String all = String.join("\n", lines);

        assertThat(lines.getFirst()).contains("ebb demo", "load has fallen", "0:23 / 1:00");
        assertThat(all)
                .contains("90 requests/s", "p99 24 ms", "6,532 sent", "6,530 answered")
                .contains("0 failed", "0 truncated", "2 in flight")
                .contains("25.0 % saved", "86 of 115 instance-seconds", "0 lost")
                .contains("0:10  • load falls", "0:14  • hello-3 parked, 2 in flight");
        assertThat(row(lines, "hello-1")).contains("serving", "healthy", "55 %", "45", "50 %");
        assertThat(row(lines, "hello-3")).contains("parked", "1 %", "0 %");
        assertThat(row(lines, "hello-4").strip()).isEqualTo("hello-4    gone");
        assertThat(row(lines, "hello-5")).contains("starting", "-");
        assertThat(lines).hasSizeLessThanOrEqualTo(24);
    }

    @Test
    void drawsUtilizationAsABar() {
        List<String> lines = draw(Scenes.usual(), 96, 24);
        assertThat(row(lines, "hello-2").chars().filter(c -> c == '█').count())
                .isGreaterThan(row(lines, "hello-1").chars().filter(c -> c == '█').count());
    }

    @Test
    void drawsTheLoadAsItFell() {
        String line = draw(Scenes.usual(), 96, 24).get(2);
        assertThat(line).contains("██████████▃▃▃▃▃▃▃▃▃▃");
    }

    @ParameterizedTest
    @CsvSource({"20,5", "40,10", "59,12", "60,16", "80,24", "100,30", "200,60", "1,1"})
    void keepsWithinTheWindow(int width, int height) {
        var manyRows =
                IntStream.rangeClosed(1, 12)
                        .mapToObj(i ->
                                Scenes.row(
                                        i,
                                        i < 6 ? Lifecycle.GONE : Lifecycle.SERVING,
                                        1.4,
                                        100,
                                        4000,
                                        1))
                        .toList();
        var many =
                IntStream.range(0, 50)
                        .mapToObj(i ->
                                new Scene.Happening(
                                        Duration.ofSeconds(i),
                                        Scene.Tone.MORE,
                                        "something long happened ".repeat(20)))
                        .toList();
        var layout = new Layout(Glyphs.BLOCKS, width, height);
        List<Line> lines = layout.draw(Scenes.scene(manyRows, many));

        assertThat(lines).hasSizeLessThanOrEqualTo(height);
        assertThat(lines)
                .allSatisfy(l -> assertThat(l.painted(width, false)).hasSizeLessThan(width + 1));
    }

    @Test
    void dropsThoseLongGoneFirst() {
        var rows =
                IntStream.rangeClosed(1, 12)
                        .mapToObj(i ->
                                Scenes.row(
                                        i,
                                        i < 6 ? Lifecycle.GONE : Lifecycle.SERVING,
                                        0.4,
                                        1,
                                        10,
                                        0.1))
                        .toList();
        String all = String.join("\n", draw(Scenes.scene(rows, List.of()), 80, 20));
        assertThat(all).contains("hello-6 ", "hello-12").doesNotContain("hello-2 ");
    }

    @Test
    void doesWithoutBlocksWhereTheTerminalHasNone() {
        var layout = new Layout(Glyphs.ASCII, 80, 24);
        for (Line line : layout.draw(Scenes.usual())) {
            assertThat(line.text()).matches("\\p{ASCII}*");
        }
    }

    private static List<String> draw(Scene scene, int width, int height) {
        return new Layout(Glyphs.BLOCKS, width, height)
                .draw(scene).stream().map(Line::text).toList();
    }

    private static String row(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(" " + name)).findFirst().orElseThrow();
    }
}
