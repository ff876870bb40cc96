package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/alarmrule"
	"warroom/internal/room"
	"warroom/theme"
)

const (
	// treeDepth is how many composites within composites are opened.
	treeDepth = 4
	// treeLimit is how many lines a tree has at the most; a rule may have 500 elements.
	treeLimit = 300
	// treeIndent is how far a tree may move to the right where there is little room.
	treeIndent = 3
)

// ruleTree draws a composite alarm's rule, each alarm in it with its state as it is now:
//
//	rule: any of these holds
//	├ ✖ ALARM   checkout-5xx                           12m
//	├ all of these hold
//	│ ├ ● OK      checkout-cpu, wanted: not OK          3d
//	│ └ ? NO DATA checkout-memory                       1h
//	└ at least 2 of these 3 hold
//	  ├ ● OK      cart-5xx                              3d
//	  └ ◌         elsewhere, not watched by this room
//
// It reports whether there is one: what is no composite, or cannot be read, has none.
func (g *page) ruleTree(alarm *room.Signal, detail *room.AlarmDetail) bool {
	if detail.Type != "composite" {
		return false
	}
	rule, err := alarmrule.Parse(detail.Rule)
	if err != nil {
		return false
	}
	t := &tree{page: g, known: make(map[string]*room.Signal), open: map[string]bool{alarm.Title: true}}
	for _, s := range g.shown.Of(room.KindAlarm).Signals {
		if s.Scope == alarm.Scope {
			t.known[s.Title] = s
		}
	}
	g.heading("rule: " + t.say(rule))
	t.parts(rule, "")
	if t.drawn > treeLimit {
		g.add(theme.Muted, plural(t.drawn-treeLimit, "more line")+" of the rule")
	}
	g.blank()
	return true
}

// tree is one being drawn.
type tree struct {
	*page
	known map[string]*room.Signal // the alarms of the composite's account and region, by name
	open  map[string]bool         // the composites on the way to where it is drawn
	drawn int                     // lines
}

// state is an alarm's state in CloudWatch's words; "" if it is not watched.
func (t *tree) state(alarm string) string {
	s := t.known[alarmrule.Name(alarm)]
	switch {
	case s == nil:
		return ""
	case s.State == room.Critical:
		return "ALARM"
	case s.State == room.OK || s.Word == "BLIND":
		return "OK"
	}
	return "INSUFFICIENT_DATA"
}

// say is the first line of a rule or of a part of it, and whether it holds.
func (t *tree) say(r *alarmrule.Rule) string {
	holds := map[alarmrule.Truth]string{alarmrule.Yes: "holds", alarmrule.No: "does not hold", alarmrule.Unknown: "not known whether it holds"}[r.Holds(t.state)]
	var text string
	switch r.Op {
	case alarmrule.Or:
		text = "any of these"
	case alarmrule.And:
		text = "all of these"
	case alarmrule.AtLeast:
		text = fmt.Sprintf("at least %d of these %d", r.Need(), len(r.Parts))
		if r.Percent {
			text += fmt.Sprintf(" (%d%%)", r.Count)
		}
	case alarmrule.Not:
		text = "not"
	case alarmrule.True:
		return "always"
	case alarmrule.InState:
		text = "this"
	default:
		return "never"
	}
	return text + ": " + holds
}

// parts draws what a part is made of. The rule itself may be a single alarm.
func (t *tree) parts(r *alarmrule.Rule, trunk string) {
	parts := r.Parts
	if r.Op == alarmrule.InState {
		parts = []*alarmrule.Rule{r}
	}
	for i, part := range parts {
		branch, below := t.pen.marks.Branch, t.pen.marks.Axis
		if i == len(parts)-1 {
			branch, below = t.pen.marks.Corner, " "
		}
		alarm, not := part, false
		if part.Op == alarmrule.Not && part.Parts[0].Op == alarmrule.InState {
			alarm, not = part.Parts[0], true
		}
		if alarm.Op == alarmrule.InState {
			t.leaf(alarm, not, trunk+branch+" ", trunk+below+" ")
			continue
		}
		t.line(trunk+branch+" ", cell{token: theme.Muted, text: t.say(part), width: flex})
		t.parts(part, trunk+below+" ")
	}
}

// leaf draws an alarm, and below it what it is made of if it is a composite itself.
func (t *tree) leaf(r *alarmrule.Rule, not bool, lead, trunk string) {
	name := alarmrule.Name(r.Alarm)
	wanted := ""
	switch {
	case not:
		wanted = ", wanted: not " + r.State
	case r.State != "ALARM":
		wanted = ", wanted: " + r.State
	}
	s := t.known[name]
	if s == nil {
		t.line(lead, cell{token: theme.Muted, text: t.pen.marks.Stale, width: 1}, cell{token: theme.Muted, text: name + wanted + ", not watched by this room", width: flex})
		return
	}
	mark, word, token, title := t.pen.look(t.shown, s)
	t.line(lead,
		cell{token: token, text: mark, width: 1}, cell{token: token, text: word, width: 7, rank: 2},
		cell{token: theme.Text, text: title + wanted, width: flex},
		cell{token: theme.Muted, text: since(t.pen.now, s.Since), width: 6, right: true, rank: 3})
	detail, ok := s.Detail.(*room.AlarmDetail)
	if !ok || detail.Type != "composite" || t.open[name] || len(t.open) > treeDepth {
		return
	}
	if inner, err := alarmrule.Parse(detail.Rule); err == nil {
		t.open[name] = true
		t.line(trunk, cell{token: theme.Muted, text: t.say(inner), width: flex})
		t.parts(inner, trunk)
		delete(t.open, name)
	}
}

// line draws one line of the tree, of which only the end of the trunk is seen where
// there is little room.
func (t *tree) line(lead string, cells ...cell) {
	if t.drawn++; t.drawn > treeLimit {
		return
	}
	most := max(2, t.width/treeIndent)
	for ansi.StringWidth(lead) > most {
		_, lead, _ = strings.Cut(lead, " ")
		if lead == "" {
			break
		}
	}
	wide := ansi.StringWidth(lead)
	t.lines = append(t.lines, t.pen.theme.Paint(theme.Muted, lead)+t.pen.row(max(1, t.width-wide), false, false, cells...))
}
