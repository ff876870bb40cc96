package theme

// Marks is the set of shapes. Every state has a shape of its own, so that nothing
// is lost when colour is. All are one cell wide, in every terminal: no emoji, no
// variation selectors, no private glyphs.
type Marks struct {
	Critical, Warning, OK, Unknown, Stale string
	Note, Dot, Ellipsis, Absent, Bar      string
	Arrow, Times, Separator, Pause        string
	Unseen, Marked, Link, More            string
	// What people did: acknowledged, is on it, announced a change, took something back,
	// pinned a line. Cleared is trouble that was over before anybody knew; Looker is
	// that somebody else has the row open. Pending is
	// what is not on disk yet.
	Ack, Claim, Change, Back, Pin, Cleared, Pending, Looker string
	// The frame: corners clockwise from the top left, then horizontal and vertical.
	TopLeft, TopRight, BottomRight, BottomLeft, Horizontal, Vertical string
	// Spark is the glyphs of a small chart, lowest first. Gap stands for no reading.
	Spark []string
	Gap   string
	// Branch is where a tree goes on; its last twig is the Corner, its trunk the Axis.
	Branch string
	// Charts: how they are drawn, their axes, the line that readings are compared
	// with, and the parts of a box of quartiles from left to right.
	Plot                     Plot
	Axis, Corner, Tick, Dash string
	Box                      [5]string // left end, whisker, box, median, right end
	// The wall: block letters, what lies over what cannot be seen, which page of how many
	// is shown, and how much of its time is left and gone.
	Block                    Plot
	Hatch, Here, There, Left string
	Spent                    string
}

// Unicode is the usual set.
var Unicode = Marks{
	Critical: "✖", Warning: "▲", OK: "●", Unknown: "?", Stale: "◌",
	Note: "✎", Dot: "·", Ellipsis: "…", Absent: "–", Bar: "▌",
	Arrow: "→", Times: "×", Separator: "│", Pause: "‖",
	Unseen: "◆", Marked: "■", Link: "↗", More: "↓",
	Ack: "✓", Claim: "➤", Change: "⚑", Back: "↶", Pin: "★", Cleared: "▽", Pending: "…", Looker: "◦",
	Plot: Braille, Axis: "│", Corner: "└", Tick: "┴", Dash: "╌", Box: [5]string{"├", "─", "▒", "┃", "┤"}, Branch: "├",
	Block: HalfBlocks, Hatch: "╱", Here: "■", There: "□", Left: "━", Spent: "─",
	TopLeft: "╭", TopRight: "╮", BottomRight: "╯", BottomLeft: "╰", Horizontal: "─", Vertical: "│",
	Spark: []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, Gap: " ",
}

// ASCII is for terminals and readers that know nothing else.
var ASCII = Marks{
	Critical: "X", Warning: "!", OK: "o", Unknown: "?", Stale: "~",
	Note: "*", Dot: "-", Ellipsis: "~", Absent: "-", Bar: "|",
	Arrow: ">", Times: "x", Separator: "|", Pause: "=",
	Unseen: "@", Marked: "%", Link: "^", More: "v",
	Ack: "+", Claim: "&", Change: "#", Back: "<", Pin: "=", Cleared: "v", Pending: ".", Looker: "o",
	Plot: Plain, Axis: "|", Corner: "+", Tick: "+", Dash: "-", Box: [5]string{"[", "-", "=", "|", "]"}, Branch: "|",
	Block: Hashes, Hatch: "/", Here: "#", There: ".", Left: "=", Spent: "-",
	TopLeft: "+", TopRight: "+", BottomRight: "+", BottomLeft: "+", Horizontal: "-", Vertical: "|",
	Spark: []string{"_", ".", "-", "=", "+", "*", "%", "#"}, Gap: " ",
}
