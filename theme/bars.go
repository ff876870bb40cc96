package theme

import "strings"

// Span draws a part of a whole where it lies in it, in cells of a width: blanks up to
// where it begins, then a bar of at least one cell for what took any time at all. It is
// "" for what took none, or where there is no room.
func (m *Marks) Span(before, part, whole float64, width int) string {
	if part <= 0 || whole <= 0 || width <= 0 {
		return ""
	}
	share := func(d float64) int { return int(d * float64(width) / whole) }
	begin := min(max(share(before), 0), width-1)
	end := min(max(share(before+part), begin+1), width)
	return strings.Repeat(" ", begin) + strings.Repeat(m.Box[2], end-begin)
}
