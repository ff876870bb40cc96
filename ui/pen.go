package ui

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// cellLimit is how many runes of one text are ever looked at for one cell of a
// row; no screen is wider.
const cellLimit = 1024

// pen draws: it knows the look, the marks and the moment.
type pen struct {
	theme     *theme.Theme
	marks     *theme.Marks
	ascii     bool
	local     bool
	zone      *time.Location // the person's; that of this machine if nil
	now       time.Time
	found     filter          // what is marked in the rows that are drawn now
	wide      int             // the width of the rows that are drawn now
	looked    map[string]bool // the rows that others have open
	lookedSum uint64          // a number for them
	back      string          // the key that is one step out
	many      bool            // accounts are watched, so that rows must say which
	// Of the rows that are drawn now, somebody has acknowledged or claimed one, or one
	// has a long word for its state, or is from a public feed.
	people, longWords, public bool
}

// cell is one column of one row.
type cell struct {
	token theme.Token
	text  string
	width int    // cells; flex takes what the others leave
	right bool   // aligned to the right
	keep  bool   // drawn by us: blanks at its beginning stay
	rank  int    // 0 always stays; the highest rank goes first when there is no room
	link  string // an https address that the text leads to; only where it is not selected
	field string // the filter field that this is; what the filter found in it is marked
	least int    // what a flexible column needs before others may stay; flexLeast if 0
	brief string // the text in few letters, for when there is no room for more
	small int    // the width of brief; 0 if there is none
}

// flex is the width of the one column that takes what is left.
const flex = -1

// flexLeast is what a flexible column needs unless it says otherwise.
const flexLeast = 14

// fit returns text in exactly width cells: cleaned, cut with an ellipsis, or padded.
func (p *pen) fit(text string, width int, right bool) string {
	if width <= 0 {
		return ""
	}
	text = clean.Line(text, cellLimit)
	wide := len(text)
	if !isASCII(text) {
		wide = ansi.StringWidth(text)
	}
	if wide > width {
		text = p.cut(text, width)
		wide = ansi.StringWidth(text)
	}
	switch pad := strings.Repeat(" ", max(0, width-wide)); {
	case right:
		return pad + text
	default:
		return text + pad
	}
}

func (p *pen) cut(text string, width int) string {
	if isASCII(text) {
		return text[:width-1] + p.marks.Ellipsis
	}
	return ansi.Truncate(text, width, p.marks.Ellipsis)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// row draws cells side by side in exactly width cells, a space between each two. A
// selected row is in reverse video as a whole; a dim one has no colours of its own.
func (p *pen) row(width int, selected, dim bool, cells ...cell) string {
	cells = p.squeeze(width, cells)
	var out strings.Builder
	out.Grow(width + 16*len(cells))
	if selected {
		out.WriteString(p.theme.Open(theme.Selected))
	} else if dim {
		out.WriteString(p.theme.Open(theme.Stale))
	}
	used := 0
	for i, c := range cells {
		if i > 0 && used < width {
			out.WriteByte(' ')
			used++
		}
		c.width = min(c.width, width-used)
		text := c.text
		if c.keep {
			text = pad(text, c.width)
		} else {
			text = p.fit(c.text, c.width, c.right)
		}
		used += max(0, c.width)
		var found []int
		if c.field != "" && len(p.found.terms) > 0 {
			found = p.found.spans(text, c.field)
		}
		switch {
		case selected || dim:
			out.WriteString(underlined(text, found))
		case len(found) > 0:
			out.WriteString(p.marked(c.token, text, found))
		default:
			out.WriteString(p.linked(c.link, p.theme.Paint(c.token, text)))
		}
	}
	out.WriteString(strings.Repeat(" ", max(0, width-used)))
	if selected || dim {
		out.WriteString("\x1b[m")
	}
	return out.String()
}

// squeeze leaves out the columns for which there is no room and gives the flexible
// one what is left. It looks at widths only, so that all rows of a pane agree.
func (p *pen) squeeze(width int, cells []cell) []cell {
	for {
		rest, most, least := width-len(cells)+1, 0, flexLeast
		for _, c := range cells {
			rest -= max(0, c.width)
			most = max(most, c.rank)
			least = max(least, c.least)
		}
		if rest >= least || most == 0 {
			for i := range cells {
				if cells[i].width == flex {
					cells[i].width = max(0, rest)
				}
			}
			return cells
		}
		cells = giveWay(cells, most)
	}
}

// giveWay makes the columns of a rank smaller, or leaves them out if they are.
func giveWay(cells []cell, rank int) []cell {
	kept := cells[:0]
	for _, c := range cells {
		switch {
		case c.rank != rank:
			kept = append(kept, c)
		case c.small > 0:
			c.text, c.width, c.small = c.brief, c.small, 0
			kept = append(kept, c)
		}
	}
	return kept
}

// state is the look of a state: its shape and its colour.
func (p *pen) state(s room.State) (mark string, token theme.Token) {
	switch s {
	case room.Critical:
		return p.marks.Critical, theme.Critical
	case room.Warning:
		return p.marks.Warning, theme.Warning
	case room.OK:
		return p.marks.OK, theme.OK
	}
	return p.marks.Unknown, theme.Unknown
}

// plain replaces what an ASCII terminal could not show.
func (p *pen) plain(s string) string {
	if !p.ascii || isASCII(s) {
		return s
	}
	return asciiFor.Replace(s)
}

var asciiFor = strings.NewReplacer("→", ">", "·", "-", "…", "...", "–", "-", "×", "x", "µ", "u", "“", `"`, "”", `"`, "’", "'", "≥", ">=", "≤", "<=", "─", "-")

// linked makes painted text a hyperlink (OSC 8). Parts of one address on several
// lines carry one id, so that a terminal marks them together.
func (p *pen) linked(url, painted string) string {
	if !strings.HasPrefix(url, "https://") || clean.Line(url, cellLimit) != url {
		return painted
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(url))
	return ansi.SetHyperlink(url, fmt.Sprintf("id=%x", hash.Sum32())) + painted + ansi.ResetHyperlink()
}

// marked paints text with the parts that a filter found in their own look.
func (p *pen) marked(token theme.Token, text string, found []int) string {
	var out strings.Builder
	at := 0
	for i := 0; i+1 < len(found); i += 2 {
		out.WriteString(p.theme.Paint(token, text[at:found[i]]) + p.theme.Paint(theme.Match, text[found[i]:found[i+1]]))
		at = found[i+1]
	}
	return out.String() + p.theme.Paint(token, text[at:])
}

// underlined is the same within a row that has one look as a whole.
func underlined(text string, found []int) string {
	const on, off = "\x1b[4m", "\x1b[24m"
	var out strings.Builder
	at := 0
	for i := 0; i+1 < len(found); i += 2 {
		out.WriteString(text[at:found[i]] + on + text[found[i]:found[i+1]] + off)
		at = found[i+1]
	}
	return out.String() + text[at:]
}
