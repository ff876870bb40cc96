package theme

// Marks is the set of shapes. Every state has a shape of its own, so that nothing
// is lost when colour is. All are one cell wide, in every terminal: no emoji, no
// variation selectors, no private glyphs.
type Marks struct {
	Critical, Warning, OK, Unknown, Stale string
	Note, Dot, Ellipsis, Absent, Bar      string
	Arrow, Times, Separator, Pause        string
	// The frame: corners clockwise from the top left, then horizontal and vertical.
	TopLeft, TopRight, BottomRight, BottomLeft, Horizontal, Vertical string
	// Spark is the glyphs of a small chart, lowest first. Gap stands for no reading.
	Spark []string
	Gap   string
}

// Unicode is the usual set.
var Unicode = Marks{
	Critical: "✖", Warning: "▲", OK: "●", Unknown: "?", Stale: "◌",
	Note: "✎", Dot: "·", Ellipsis: "…", Absent: "–", Bar: "▌",
	Arrow: "→", Times: "×", Separator: "│", Pause: "‖",
	TopLeft: "╭", TopRight: "╮", BottomRight: "╯", BottomLeft: "╰", Horizontal: "─", Vertical: "│",
	Spark: []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, Gap: " ",
}

// ASCII is for terminals and readers that know nothing else.
var ASCII = Marks{
	Critical: "X", Warning: "!", OK: "o", Unknown: "?", Stale: "~",
	Note: "*", Dot: "-", Ellipsis: "~", Absent: "-", Bar: "|",
	Arrow: ">", Times: "x", Separator: "|", Pause: "=",
	TopLeft: "+", TopRight: "+", BottomRight: "+", BottomLeft: "+", Horizontal: "-", Vertical: "|",
	Spark: []string{"_", ".", "-", "=", "+", "*", "%", "#"}, Gap: " ",
}
