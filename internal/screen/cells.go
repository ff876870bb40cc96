package screen

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// cell is one column of a painted line.
type cell struct {
	text  string // the character; "" in the second column of a wide one
	style string // the SGR sequences in force, one after another; "" for none
	link  string // the OSC 8 sequence in force; "" for none
	whole bool   // it is a wide character, or one of several runes
}

// cells splits a painted line into its columns, which take the place of what split has.
// Sequences other than SGR and OSC 8 are left out: what would move a cursor has no place
// within a line.
func cells(split []cell, line string) []cell {
	split = slices.Grow(split[:0], len(line)/2)
	var style, link string
	for state := byte(ansi.NormalState); len(line) > 0; {
		if state == ansi.NormalState && isPlain(line) {
			split = append(split, cell{text: line[:1], style: style, link: link})
			line = line[1:]
			continue
		}
		sequence, width, n, next := ansi.DecodeSequence(line, state, nil)
		line, state = line[n:], next
		switch {
		case width > 0:
			split = append(split, cell{text: sequence, style: style, link: link, whole: width > 1 || utf8.RuneCountInString(sequence) > 1})
			for range width - 1 {
				split = append(split, cell{style: style, link: link})
			}
		case strings.HasPrefix(sequence, "\x1b[") && strings.HasSuffix(sequence, "m"):
			style = styled(style, sequence)
		case strings.HasPrefix(sequence, "\x1b]8;"):
			if link = sequence; isLinkEnd(sequence) {
				link = ""
			}
		}
	}
	return split
}

// isPlain says whether a line begins with a character of ASCII that nothing combines with,
// as nearly all do.
func isPlain(line string) bool {
	return ' ' <= line[0] && line[0] <= '~' && (len(line) == 1 || line[1] < utf8.RuneSelf)
}

// styled is the style after one more SGR sequence.
func styled(style, sequence string) string {
	switch {
	case sequence == "\x1b[m" || sequence == "\x1b[0m":
		return ""
	case strings.HasPrefix(sequence, "\x1b[0;"):
		return sequence
	case strings.HasSuffix(style, sequence):
		return style
	}
	return style + sequence
}

// isLinkEnd says whether an OSC 8 sequence has no address, which ends a link.
func isLinkEnd(sequence string) bool {
	body := strings.TrimSuffix(strings.TrimSuffix(sequence, "\a"), "\x1b\\")
	return strings.HasSuffix(body, ";")
}

// gapLimit is how many unchanged columns are written again rather than jumped over: the
// jump has about as many bytes.
const gapLimit = 6

// canvas is two lines that are compared, in memory that each pair of them uses again.
type canvas struct{ old, now []cell }

// repaint writes what turns one painted line into another, at a row counted from 1.
// Wide characters may not be cut in two, and terminals differ about those of several
// runes, so that a line with one is written as a whole.
func (c *canvas) repaint(out *strings.Builder, row int, before, after string) {
	c.old, c.now = cells(c.old, before), cells(c.now, after)
	old, now := c.old, c.now
	if hasWhole(old) || hasWhole(now) || len(old) != len(now) {
		paintLine(out, row, after, len(old) > len(now))
		return
	}
	brush := brush{out: out}
	for column := 0; column < len(now); {
		if old[column] == now[column] {
			column++
			continue
		}
		end := changedUntil(old, now, column)
		out.WriteString(ansi.CursorPosition(column+1, row))
		for _, c := range now[column:end] {
			brush.write(c)
		}
		column = end
	}
	brush.lift()
}

// changedUntil is where a run of changed columns ends, short gaps within it.
func changedUntil(old, now []cell, from int) int {
	end := from + 1
	for at, same := end, 0; at < len(now) && same <= gapLimit; at++ {
		if old[at] == now[at] {
			same++
			continue
		}
		end, same = at+1, 0
	}
	return end
}

func hasWhole(line []cell) bool {
	for i := range line {
		if line[i].whole {
			return true
		}
	}
	return false
}

// paintLine writes a whole line. clear takes away what was there before: a terminal that
// has just written its last column would erase that one with what is behind it.
func paintLine(out *strings.Builder, row int, line string, clear bool) {
	out.WriteString(ansi.CursorPosition(1, row))
	if clear {
		out.WriteString(ansi.EraseEntireLine)
	}
	out.WriteString(line)
}

// brush writes cells and changes the terminal's style only where theirs changes.
type brush struct {
	out         *strings.Builder
	style, link string
}

func (b *brush) write(c cell) {
	if c.link != b.link {
		if b.link != "" {
			b.out.WriteString(ansi.ResetHyperlink())
		}
		b.out.WriteString(c.link)
		b.link = c.link
	}
	if c.style != b.style {
		if b.style != "" && !strings.HasPrefix(c.style, b.style) {
			b.out.WriteString(ansi.ResetStyle)
			b.style = ""
		}
		b.out.WriteString(c.style[len(b.style):])
		b.style = c.style
	}
	b.out.WriteString(c.text)
}

// lift leaves the terminal without style or link.
func (b *brush) lift() {
	b.write(cell{})
}
