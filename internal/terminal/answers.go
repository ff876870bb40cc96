package terminal

import (
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
)

// Answers is what a terminal said. The zero value is one that said nothing.
type Answers struct {
	Whole        bool          // the last question was answered, so nothing more will come
	Took         time.Duration // real time from the questions to the last answer; 0 if that is not there
	Name         string        // name and version as the terminal gives them, fit to be shown; "" if it gives none
	Attributes   []int         // what it says that it can do, in the numbers of DA1
	Background   color.Color   // nil if it does not say
	Synchronized Support       // frames drawn at once, mode 2026
	Widths       []int         // the cells that each mark took; nil unless all are known
}

// Support is whether a terminal has a mode.
type Support int

// What a terminal can say about a mode. Source: DEC VT520, DECRPM.
const (
	Unsaid Support = iota // it did not answer
	Lacking
	Offered
)

// nameLimit bounds a terminal's name in runes.
const nameLimit = 60

// The forms of the answers. Source: xterm, "XTerm Control Sequences": CPR, DECRPM,
// OSC 11, XTVERSION, DA1.
var (
	positionForm   = regexp.MustCompile(`\x1b\[\d+;(\d+)R`)
	modeForm       = regexp.MustCompile(`\x1b\[\?2026;(\d)\$y`)
	backgroundForm = regexp.MustCompile(`\x1b\]11;([^\x07\x1b]+)(?:\x07|\x1b\\)`)
	nameForm       = regexp.MustCompile(`\x1bP>\|([^\x07\x1b]*)(?:\x07|\x1b\\)`)
	attributesForm = regexp.MustCompile(`\x1b\[\?([\d;]*)c`)
)

// read finds the answers in what came from the terminal, keys and all.
func read(text []byte, marks int) Answers {
	var a Answers
	if found := attributesForm.FindSubmatch(text); found != nil {
		a.Whole = true
		for number := range strings.SplitSeq(string(found[1]), ";") {
			if n, err := strconv.Atoi(number); err == nil {
				a.Attributes = append(a.Attributes, n)
			}
		}
	}
	if found := backgroundForm.FindSubmatch(text); found != nil {
		a.Background = ansi.XParseColor(string(found[1]))
	}
	if found := nameForm.FindSubmatch(text); found != nil {
		a.Name = clean.Line(string(found[1]), nameLimit)
	}
	if found := modeForm.FindSubmatch(text); found != nil {
		a.Synchronized = Lacking
		if found[1][0] >= '1' && found[1][0] <= '3' { // set, reset, always set
			a.Synchronized = Offered
		}
	}
	if positions := positionForm.FindAllSubmatch(text, -1); marks > 0 && len(positions) == marks {
		for _, position := range positions {
			column, err := strconv.Atoi(string(position[1]))
			if err != nil {
				return a
			}
			a.Widths = append(a.Widths, column-1)
		}
	}
	return a
}
