package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/internal/triage"
)

// Attention is how new trouble reaches a person who looks elsewhere. The zero value
// rings and notifies in the way that the terminal understands, at any hour.
type Attention struct {
	Silent  bool   // no bell
	Notices string // NoticeAuto, NoticeOff or a sequence; "" is NoticeAuto
	Quiet   Hours  // neither bell nor notice within
}

// Hours are a part of each day, in the viewer's local time; From may be later than
// To, which goes over midnight. Equal ends are no time at all.
type Hours struct{ From, To time.Duration } // since midnight

// Holds says whether a moment lies within.
func (h Hours) Holds(at time.Time) bool {
	day := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	if h.From <= h.To {
		return day >= h.From && day < h.To
	}
	return day >= h.From || day < h.To
}

// The ways to notify. Sources: iTerm2 "Proprietary escape codes" (OSC 9), kitty
// "Desktop notifications" (OSC 99), urxvt's notify extension (OSC 777).
const (
	NoticeAuto   = "auto" // chooses by the terminal
	NoticeOff    = "off"
	NoticeOSC9   = "osc9"
	NoticeOSC99  = "osc99"
	NoticeOSC777 = "osc777"
)

// attentionRest is the least real time between two calls for attention: an outage
// brings alarms by the dozen, and one call tells of all that came since the last.
const attentionRest = 5 * time.Second

// attention is how far the calling for attention is.
type attention struct {
	away    bool      // the terminal has said that it is not focused
	pending []string  // keys of signals
	called  time.Time // real time of the last call
	osc     string    // the way to notify that fits the terminal
	tmux    bool      // sequences for the outer terminal must be wrapped
}

// knowTerminal chooses the way to notify by what the session's environment says.
func (a *attention) knowTerminal(getenv func(string) string) {
	name := strings.ToLower(getenv("TERM_PROGRAM") + " " + getenv("TERM") + " " + getenv("LC_TERMINAL"))
	a.tmux = getenv("TMUX") != "" || strings.Contains(name, "tmux")
	a.osc = NoticeOSC9
	switch {
	case strings.Contains(name, "kitty") || getenv("KITTY_WINDOW_ID") != "":
		a.osc = NoticeOSC99
	case strings.Contains(name, "foot"), strings.Contains(name, "rxvt"), strings.Contains(name, "vte"), getenv("VTE_VERSION") != "":
		a.osc = NoticeOSC777
	}
}

// news takes note of new trouble. Who looks at the screen needs no call.
func (a *attention) news(signals []*room.Signal) {
	for _, signal := range signals {
		if a.away && !slices.Contains(a.pending, signal.Key) {
			a.pending = append(a.pending, signal.Key)
		}
	}
}

// call rings and notifies, once, of all that came since the last call and has not ended
// since; nil if there is nothing to tell, or not yet, or not now. now is real time.
func (m *Model) call(now time.Time) tea.Cmd {
	a := &m.attention
	if len(a.pending) == 0 || now.Sub(a.called) < attentionRest {
		return nil
	}
	news := m.stillBad(a.pending)
	a.pending = nil
	if len(news) == 0 || !a.away || m.wish.Quiet.Holds(now) {
		return nil
	}
	a.called = now
	var raw strings.Builder
	if !m.wish.Silent {
		raw.WriteByte('\a')
	}
	how := m.wish.Notices
	if how == "" || how == NoticeAuto {
		how = cmp.Or(a.osc, NoticeOSC9)
	}
	raw.WriteString(a.notice(how, m.headline(news)))
	if raw.Len() == 0 {
		return nil
	}
	return tea.Raw(raw.String())
}

// stillBad is the signals of these keys that are in trouble now, worst kinds first.
func (m *Model) stillBad(keys []string) []*room.Signal {
	var found []*room.Signal
	for _, kind := range room.Kinds {
		for _, signal := range m.live.Of(kind).Signals {
			if !bad(signal) {
				break
			}
			if slices.Contains(keys, signal.Key) {
				found = append(found, signal)
			}
		}
	}
	return found
}

// headline is new trouble in one line: the worst by name, the rest by number.
func (m *Model) headline(news []*room.Signal) string {
	worst := news[0]
	for _, s := range news {
		if s.State.Urgency() > worst.State.Urgency() {
			worst = s
		}
	}
	text := fmt.Sprintf("%s %s %s", worst.Word, worst.Title, worst.Region)
	if more := len(news) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return m.played.mark(text)
}

// noticeLimit is how many characters a notice has: what desktops show of one.
const noticeLimit = 200

// notice is the sequence that shows a text on the desktop.
func (a *attention) notice(how, text string) string {
	text = strings.NewReplacer(";", ",").Replace(clean.Line(text, noticeLimit)) // a semicolon parts fields
	sequence := ""
	switch how {
	case NoticeOSC9:
		sequence = ansi.Notify(text)
	case NoticeOSC99:
		sequence = ansi.DesktopNotification(text, "i=warroom", "d=1")
	case NoticeOSC777:
		sequence = "\x1b]777;notify;warroom;" + text + "\x07"
	}
	if a.tmux && sequence != "" {
		return ansi.TmuxPassthrough(sequence)
	}
	return sequence
}

// progress is the worst state as the terminal's taskbar shows it, also while the view is
// frozen; nil while all is well.
func (m *Model) progress() *tea.ProgressBar {
	switch triage.Condition(m.live, m.reader.Now()) {
	case room.InTrouble:
		return tea.NewProgressBar(tea.ProgressBarError, 100)
	case room.Blind:
		return tea.NewProgressBar(tea.ProgressBarWarning, 100)
	}
	for _, kind := range room.Kinds {
		if m.live.Of(kind).States[room.Warning] > 0 {
			return tea.NewProgressBar(tea.ProgressBarWarning, 100)
		}
	}
	return nil
}
