#!/usr/bin/env python3
"""Draws a terminal's screen as SVG, for the picture of the demo in the README.

    tmux new-session -d -s demo -x 100 -y 24 ./ebb demo
    sleep 30
    tmux capture-pane -t demo -e -p | docs/images/screen-to-svg.py > docs/images/demo.svg

Knows the colours (256 and bold) that Ebb's live view uses, and nothing else. Block characters are
drawn as shapes, because fonts differ in how they fill a cell.
"""
import re
import sys
from html import escape

WIDTH, HEIGHT = 8.4, 19.0
PLAIN, BACKGROUND = "#d6dbe0", "#10151c"
BASIC = ["#10151c", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d6dbe0"]
UPRIGHT = " ▁▂▃▄▅▆▇█"
SIDEWAYS = " ▏▎▍▌▋▊▉█"


def colour(number):
    if number < 16:
        return BASIC[number % 8]
    if number < 232:
        number -= 16
        steps = [0, 95, 135, 175, 215, 255]
        return "#%02x%02x%02x" % (
            steps[number // 36], steps[number // 6 % 6], steps[number % 6])
    grey = 8 + 10 * (number - 232)
    return "#%02x%02x%02x" % (grey, grey, grey)


def cells(line):
    """Yields (column, character, colour, bold)."""
    column, ink, bold = 0, PLAIN, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b"):
            for character in part:
                yield column, character, ink, bold
                column += 1
            continue
        codes = [int(code or 0) for code in part[2:-1].split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                ink, bold = PLAIN, False
            elif code == 1:
                bold = True
            elif code == 22:
                bold = False
            elif code == 38 and codes[:1] == [5]:
                ink = colour(codes[1])
                codes = codes[2:]
            elif code == 39:
                ink = PLAIN
            elif 30 <= code <= 37:
                ink = BASIC[code - 30]


def shape(x, y, character, ink, upright):
    if upright:
        tall = HEIGHT * UPRIGHT.index(character) / 8
        box = (x, y + HEIGHT - tall, WIDTH, tall)
    else:
        box = (x, y + 3, WIDTH * SIDEWAYS.index(character) / 8, HEIGHT - 6)
    return '<rect x="%.1f" y="%.1f" width="%.2f" height="%.1f" fill="%s"/>' % (*box, ink)


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    columns = max(len(list(cells(line))) for line in lines) + 1
    width, height = columns * WIDTH + 24, len(lines) * HEIGHT + 24
    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f"'
        ' height="%.0f">' % (width, height, width, height),
        '<rect width="100%%" height="100%%" rx="8" fill="%s"/>' % BACKGROUND,
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\',monospace"'
        ' font-size="14" xml:space="preserve">',
    ]
    for row, line in enumerate(lines):
        y = 12 + row * HEIGHT
        upright = not re.match(r"(\x1b\[[0-9;]*m)* ?[a-z]+-\d+", line)
        run = []

        def flush():
            """Words by themselves, each in its place, whatever the font's width."""
            text = "".join(character for _, character, _, _ in run)
            for word in re.finditer(r"\S+(?: \S+)*", text):
                column, _, ink, bold = run[word.start()]
                out.append(
                    '<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs"'
                    ' fill="%s"%s>%s</text>'
                    % (12 + column * WIDTH, y + HEIGHT * 0.74, len(word.group()) * WIDTH, ink,
                       ' font-weight="bold"' if bold else "", escape(word.group())))
            run.clear()

        for column, character, ink, bold in cells(line):
            block = character != " " and character in (UPRIGHT if upright else SIDEWAYS)
            if block or (run and (ink, bold) != run[0][2:]):
                flush()
            if block:
                out.append(shape(12 + column * WIDTH, y, character, ink, upright))
            else:
                run.append((column, character, ink, bold))
        flush()
    out.append("</g></svg>")
    print("\n".join(out))


if __name__ == "__main__":
    main()
