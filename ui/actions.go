package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

// when says where an action can be asked for.
type when int

const (
	always        when = iota
	whenPlayed         // only where something is played: a drill, a replay
	onChart            // only while an alarm is open
	standingStill      // only while the view is not of the present
	byName             // from the palette only
	underCover         // by key only: not worth a line in the palette
)

// place is what is on the screen, as far as the footer cares.
type place int

const (
	inLists  place = iota // the panes
	inDetail              // an opened row
	anywhere              // both
)

// action is one thing that can be done. The table of them feeds the keys, the
// footer, the help, the palette, the README's table and the conflict check.
type action struct {
	id     string
	title  string
	keys   []string
	when   when
	arg    string                  // what the palette expects after the name; "" for nothing
	least  bool                    // without it there is nothing to do
	gives  func(m *Model) []string // what the argument can be, for completion; nil if anything
	near   bool                    // enter completes what is typed of the argument; else only tab and a choice do
	hint   string                  // the word in the footer; "" keeps it out of there
	in     place                   // where the footer shows it
	pinned bool                    // the footer shows it before all others
	needs  room.Permission         // what a role must allow for it; "" for nothing
	past   bool                    // the footer shows it only while the screen shows the past
	do     func(m *Model, arg string) tea.Cmd
}

// actions is every action, in the order in which the help shows them.
func actions() []action {
	return []action{
		{id: "open", title: "open the row's details", keys: []string{"enter"}, hint: "open", do: (*Model).doOpen},
		{id: "back", title: "one step out: input, overlay, past, details, zoom, freeze, selection, filter", keys: []string{"esc"}, when: underCover, hint: "back", in: inDetail, do: (*Model).doBack},
		{id: "down", title: "down", keys: []string{"j", "down"}, when: underCover, do: moveBy(1)},
		{id: "up", title: "up", keys: []string{"k", "up"}, when: underCover, do: moveBy(-1)},
		{id: "page-down", title: "a page down", keys: []string{"pgdown", "ctrl+f"}, when: underCover, do: movePage(1)},
		{id: "page-up", title: "a page up", keys: []string{"pgup", "ctrl+b"}, when: underCover, do: movePage(-1)},
		{id: "top", title: "to the first row", keys: []string{"g", "home"}, when: underCover, do: moveTo(true)},
		{id: "bottom", title: "to the last row", keys: []string{"G", "end"}, when: underCover, do: moveTo(false)},
		{id: "scroll-down", title: "scroll the details down", keys: []string{"J", "ctrl+d"}, when: underCover, hint: "scroll", in: inDetail, do: scrollBy(1)},
		{id: "scroll-up", title: "scroll the details up", keys: []string{"K", "ctrl+u"}, when: underCover, do: scrollBy(-1)},
		{id: "longer", title: "charts look further back", keys: []string{"+", "="}, when: onChart, hint: "chart", in: inDetail, do: changeLength(1)},
		{id: "shorter", title: "charts look less far back", keys: []string{"-"}, when: onChart, do: changeLength(-1)},
		{id: "health", title: "pane 1, AWS Health", keys: []string{"1"}, do: focusOn(0)},
		{id: "alarms", title: "pane 2, alarms", keys: []string{"2"}, do: focusOn(1)},
		{id: "probes", title: "pane 3, probes", keys: []string{"3"}, do: focusOn(2)},
		{id: "timeline", title: "pane 4, timeline", keys: []string{"4"}, do: focusOn(3)},
		{id: "next-pane", title: "next pane", keys: []string{"tab", "l", "right"}, when: underCover, do: focusBy(1)},
		{id: "previous-pane", title: "previous pane", keys: []string{"shift+tab", "h", "left"}, when: underCover, do: focusBy(-1)},
		{id: "filter", title: "filter the panes: words, !word, state:alarm is:unacknowledged", keys: []string{"/"}, arg: "WORDS", hint: "filter", do: (*Model).doFilter},
		{id: "view", title: "go to a saved view", keys: []string{"v"}, arg: "NAME", near: true, gives: (*Model).viewNames, do: (*Model).doView},
		{id: "save", title: "save what is looked at as a view", when: byName, arg: "NAME", least: true, gives: (*Model).viewNames, do: (*Model).doSave},
		{id: "forget", title: "forget a saved view", when: byName, arg: "NAME", least: true, gives: (*Model).viewNames, do: (*Model).doForget},
		{id: "sort", title: "sort the pane: worst, name, newest, region, service", keys: []string{"S"}, arg: "ORDER", near: true, gives: func(*Model) []string { return orderNames() }, do: (*Model).doSort},
		{id: "row", title: "go to a row by its number, as :12 does", when: byName, arg: "N", least: true, do: (*Model).doRow},
		{id: "select", title: "select the row, so that an act takes all that are selected", keys: []string{"space"}, do: (*Model).doSelect},
		{id: "ack", title: "acknowledge the row, or the selected ones", keys: []string{"a"}, arg: "TEXT", hint: "ack", in: anywhere, needs: room.MayAct, do: (*Model).doAck},
		{id: "ack-note", title: "acknowledge with a note", keys: []string{"A"}, arg: "TEXT", needs: room.MayAct, do: (*Model).doAckNote},
		{id: "unack", title: "take an acknowledgement back", keys: []string{"U"}, needs: room.MayAct, do: (*Model).doUnack},
		{id: "claim", title: "say that you are on the row, or the selected ones; again, that you are not", keys: []string{"c"}, arg: "TEXT", hint: "claim", in: anywhere, needs: room.MayAct, do: (*Model).doClaim},
		{id: "note", title: "write a note about the row, or the selected ones, into the timeline", keys: []string{"n"}, arg: "TEXT", hint: "note", in: anywhere, needs: room.MayAct, do: (*Model).doNote},
		{id: "mark", title: "announce a change of yours: a deploy, a flag, a failover", when: byName, arg: "TEXT", least: true, needs: room.MayAct, do: (*Model).doMark},
		{id: "pin", title: "pin the line of the timeline, or take the pin out; on a signal its newest line", keys: []string{"P"}, needs: room.MayAct, do: (*Model).doPin},
		{id: "undo", title: "take back your own last act", keys: []string{"u"}, needs: room.MayAct, do: (*Model).doUndo},
		{id: "signal", title: "from a line of the timeline to its signal", keys: []string{"s"}, do: (*Model).doSignal},
		{id: "expand", title: "expand the run of lines under the cursor, or fold it again", keys: []string{"e"}, do: (*Model).doExpand},
		{id: "expand-all", title: "expand all runs of the timeline, or fold them again", keys: []string{"E"}, do: (*Model).doExpandAll},
		{id: "earlier", title: "back in time, to the line of the timeline before", keys: []string{"["}, hint: "earlier", in: anywhere, past: true, do: stepLines(-1)},
		{id: "later", title: "forward again, to the next line", keys: []string{"]"}, hint: "later", in: anywhere, past: true, do: stepLines(1)},
		{id: "minute-earlier", title: "a minute back in time", keys: []string{"{"}, do: stepTime(-time.Minute)},
		{id: "minute-later", title: "a minute forward again", keys: []string{"}"}, do: stepTime(time.Minute)},
		{id: "at", title: "the whole screen as it was, in UTC: 14:05, 14:05:30, 2026-11-24T14:05", when: byName, arg: "TIME", least: true, do: (*Model).doAt},
		{id: "moment", title: "to the moment of the line of the timeline", keys: []string{"@"}, do: (*Model).doMoment},
		{id: "zoom", title: "zoom the pane, or back", keys: []string{"z"}, hint: "zoom", do: (*Model).doZoom},
		{id: "freeze", title: "freeze the view while the room goes on", keys: []string{"f"}, hint: "freeze", do: (*Model).doFreeze},
		{id: "live", title: "back to now, from the past or a frozen view", keys: []string{"0"}, when: standingStill, hint: "now", in: anywhere, pinned: true, do: (*Model).doLive},
		{id: "copy", title: "copy the row, or the selected ones, as lines for a chat", keys: []string{"y"}, hint: "copy", in: anywhere, do: (*Model).doCopy},
		{id: "copy-incident", title: "copy the whole situation as one line for a chat", keys: []string{"Y"}, do: (*Model).doCopyIncident},
		{id: "links", title: "where to open the row: console, target, runbook", keys: []string{"o"}, hint: "links", in: inDetail, do: (*Model).doLinks},
		{id: "refresh", title: "look again now", keys: []string{"r"}, needs: room.MayLook, do: (*Model).doRefresh},
		{id: "time", title: "times in UTC or local", keys: []string{"t"}, do: (*Model).doTime},
		{id: "pause", title: "pause what is played, or let it go on", keys: []string{"p"}, when: whenPlayed, needs: room.MaySteer, hint: "pause", in: anywhere, do: (*Model).doPause},
		{id: "slower", title: "half the speed", keys: []string{"<"}, when: whenPlayed, needs: room.MaySteer, hint: "slower", do: changeSpeed(0.5)},
		{id: "faster", title: "twice the speed", keys: []string{">"}, when: whenPlayed, needs: room.MaySteer, hint: "faster", do: changeSpeed(2)},
		{id: "speed", title: "set the speed", when: whenPlayed, needs: room.MaySteer, arg: "N", least: true, do: (*Model).doSpeed},
		{id: "jump", title: "jump to a time of day; only a replay goes back", when: whenPlayed, needs: room.MaySteer, arg: "HH:MM", least: true, do: (*Model).doJump},
		{id: "follow", title: "who is here; follow what one of them sees", keys: []string{"F"}, arg: "NAME", near: true, gives: (*Model).memberNames, do: (*Model).doFollow},
		{id: "invite", title: "ask everybody to follow you, or take that back", keys: []string{"I"}, needs: room.MayInvite, do: (*Model).doInvite},
		{id: "private", title: "hide from others what you look at, or show it again", when: byName, do: (*Model).doPrivate},
		{id: "audit", title: "who came, left and acted, and with which key", when: byName, do: (*Model).doAudit},
		{id: "remove", title: "show somebody out", when: byName, arg: "NAME", least: true, gives: (*Model).memberNames, needs: room.MayAdmin, do: (*Model).doRemove},
		{id: "probe", title: "add a probe by its URL, or change one", when: byName, arg: "URL or WHAT [NAME] [key=value]", least: true, gives: (*Model).probeChoices, needs: room.MayAct, do: (*Model).doProbe},
		{id: "reload", title: "read the config again", when: byName, needs: room.MayAdmin, do: (*Model).doReload},
		{id: "theme", title: "choose a theme, shown while choosing", keys: []string{"T"}, arg: "NAME", near: true, gives: (*Model).themeNames, do: (*Model).doTheme},
		{id: "mouse", title: "the mouse on or off", keys: []string{"M"}, do: (*Model).doMouse},
		{id: "log", title: "the log of warroom's own trouble", keys: []string{"L"}, do: (*Model).doLog},
		{id: "calls", title: "what is asked of AWS: how often, errors, what it costs", when: byName, do: (*Model).doCalls},
		{id: "commands", title: "all commands by name", keys: []string{":"}, when: underCover, hint: "commands", in: anywhere, pinned: true, do: (*Model).doCommands},
		{id: "help", title: "this help", keys: []string{"?"}, when: underCover, hint: "keys", in: anywhere, pinned: true, do: (*Model).doHelp},
		{id: "quit", title: "quit", keys: []string{"q", "ctrl+c"}, do: (*Model).doQuit},
	}
}

// DefaultKeys is every action that a config may bind, with the keys that it has by
// itself.
func DefaultKeys() map[string][]string {
	keys := make(map[string][]string)
	for _, a := range actions() {
		keys[a.id] = a.keys
	}
	return keys
}

// KeyTable is the table of keys in Markdown, as the README shows it.
func KeyTable() string {
	var out strings.Builder
	out.WriteString("| key | what it does |\n| --- | --- |\n")
	for _, a := range actions() {
		keys := ":" + a.id
		if len(a.keys) > 0 {
			keys = strings.Join(a.keys, "`, `")
		}
		title := a.title
		if a.when == whenPlayed {
			title += " (drill, replay)"
		}
		fmt.Fprintf(&out, "| `%s` | %s |\n", strings.ReplaceAll(keys, "|", "\\|"), title)
	}
	return out.String()
}

// bind makes the table for one viewer: the default keys, or the config's instead.
// A key that two actions claim, an action nobody knows, is refused with a reason.
func bind(own map[string][]string) ([]action, map[string]int, error) {
	table := actions()
	known := map[string]bool{}
	for i := range table {
		known[table[i].id] = true
		if keys, ok := own[table[i].id]; ok {
			table[i].keys = keys
		}
	}
	for id := range own {
		if !known[id] {
			return nil, nil, fmt.Errorf("keys: there is no action %q; the help (?) lists them", id)
		}
	}
	byKey := map[string]int{}
	for i, a := range table {
		for _, key := range a.keys {
			if j, taken := byKey[key]; taken {
				return nil, nil, fmt.Errorf("keys: %q is bound to both %q and %q; give one of them another key", key, table[j].id, a.id)
			}
			byKey[key] = i
		}
	}
	if len(table[actionIndex(table, "quit")].keys) == 0 {
		return nil, nil, fmt.Errorf("keys: %q needs a key, or nobody gets out", "quit")
	}
	return table, byKey, nil
}

// keyOf is the first key of an action, as the config may have bound it, or its name
// for the palette.
func (m *Model) keyOf(id string) string {
	if i := actionIndex(m.actions, id); i >= 0 && len(m.actions[i].keys) > 0 {
		return m.actions[i].keys[0]
	}
	return ":" + id
}

func actionIndex(table []action, id string) int {
	for i := range table {
		if table[i].id == id {
			return i
		}
	}
	return -1
}

// possible says whether an action makes sense here.
func (m *Model) possible(a action) bool {
	switch a.when {
	case whenPlayed:
		return m.played.on()
	case standingStill:
		return m.frozen || m.past.travels() || m.past.busy
	case onChart:
		return m.openAlarm() != nil
	}
	return true
}

// may says whether this screen's person may do an action, and in the footer why not.
func (m *Model) may(a action) bool {
	switch {
	case a.needs == "" || m.role.May(a.needs):
		return true
	case m.readOnly != "":
		m.say(theme.Warning, "you are here to look; "+m.readOnly)
	default:
		m.say(theme.Warning, fmt.Sprintf("%s needs the role %s, and you are here as %s", a.id, a.needs.Least(), m.role))
	}
	return false
}

// offered says whether the footer shows an action: what one may not do is no hint.
func (m *Model) offered(a action) bool {
	acts := a.needs == room.MayAct
	return a.hint != "" && len(a.keys) > 0 && m.possible(a) && (a.needs == "" || m.role.May(a.needs)) && !(acts && (!m.hasDesk() || m.past.travels()))
}
