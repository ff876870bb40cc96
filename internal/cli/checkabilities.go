package cli

import (
	"context"
	"os/exec"
	"slices"
	"strings"

	"warroom/internal/terminal"
)

// clipboardAttribute is how newer terminals say in DA1 that programs may copy.
const clipboardAttribute = 52

// What is known of an ability. Any other text is what has to be done for it.
const (
	maybe = ""
	has   = "has"
	lacks = "lacks"
)

// terminalKind is a sort of terminal, how to tell it, and what it is known to do with
// links (OSC 8), copying (OSC 52) and notices (OSC 9, 99 or 777). Source: their own
// manuals and https://terminfo.dev; where those do not agree, it is left open.
type terminalKind struct {
	name    string
	answer  string    // how its answer to XTVERSION begins, in small letters
	setting [2]string // a variable of the environment, and how its value begins
	links   string
	copying string
	notices string
}

var terminalKinds = []terminalKind{
	{"kitty", "kitty", [2]string{"TERM", "xterm-kitty"}, has, has, has},
	{"WezTerm", "wezterm", [2]string{"TERM_PROGRAM", "WezTerm"}, has, has, has},
	{"Ghostty", "ghostty", [2]string{"TERM_PROGRAM", "ghostty"}, has, has, has},
	{"foot", "foot", [2]string{"TERM", "foot"}, has, has, has},
	{"iTerm2", "iterm2", [2]string{"TERM_PROGRAM", "iTerm"}, has, "tick Settings > General > Selection > Applications in terminal may access clipboard", has},
	{"Alacritty", "alacritty", [2]string{"TERM", "alacritty"}, has, has, lacks},
	{"Windows Terminal", "windows terminal", [2]string{"WT_SESSION", ""}, has, has, maybe},
	{"xterm", "xterm(", [2]string{"XTERM_VERSION", ""}, lacks, "write into ~/.Xresources: XTerm*disallowedWindowOps: 20,21,SetXprop", lacks},
	{"VTE (GNOME Terminal and others)", "vte(", [2]string{"VTE_VERSION", ""}, has, maybe, maybe},
	{"VS Code", "xterm.js", [2]string{"TERM_PROGRAM", "vscode"}, has, maybe, maybe},
	{"the Linux console", "linux", [2]string{"TERM", "linux"}, lacks, lacks, lacks},
}

// recognise finds out which terminal this is, first by its own word.
func recognise(name string) (terminalKind, bool) {
	name = strings.ToLower(name)
	for _, k := range terminalKinds {
		if name != "" && strings.HasPrefix(name, k.answer) {
			return k, true
		}
	}
	for _, k := range terminalKinds {
		if value := environment(k.setting[0]); name == "" && value != "" && strings.HasPrefix(value, k.setting[1]) {
			return k, true
		}
	}
	return terminalKind{}, false
}

// abilities judges what no terminal can be asked, by what it is.
func abilities(about subject, a terminal.Answers) []finding {
	k, _ := recognise(a.Name)
	if environment("TMUX") != "" {
		k = terminalKind{} // it is tmux that answers, whatever is around it
	}
	if slices.Contains(a.Attributes, clipboardAttribute) {
		k.copying = has
		if k.name == "" {
			k.name = "this terminal"
		}
	}
	ability := func(name, state string, of func(*terminalKind) string) finding {
		about := about.called(name)
		switch state {
		case has:
			return about.ok("known to work in " + k.name)
		case lacks:
			return about.warn("known not to work in "+k.name, "use another terminal, such as "+knownFor(of))
		case maybe:
			return about.skip("cannot be asked; known to work in "+knownFor(of), "")
		}
		return about.warn("off in "+k.name+" unless it is allowed", state)
	}
	return []finding{
		ability("links", k.links, func(k *terminalKind) string { return k.links }),
		ability("clipboard", k.copying, func(k *terminalKind) string { return k.copying }),
		ability("notices", k.notices, func(k *terminalKind) string { return k.notices }),
	}
}

// knownFor names the terminals that have an ability.
func knownFor(of func(*terminalKind) string) string {
	var names []string
	for i := range terminalKinds {
		if of(&terminalKinds[i]) == has {
			names = append(names, terminalKinds[i].name)
		}
	}
	return strings.Join(names, ", ")
}

// tmuxSettings are the settings of tmux on which warroom depends. Source: tmux(1).
var tmuxSettings = []struct {
	name string
	good []string
	need string // what does not work without it
}{
	{"set-clipboard", []string{"on"}, "what you copy does not reach the clipboard"},
	{"allow-passthrough", []string{"on", "all"}, "notices do not reach the terminal"},
	{"focus-events", []string{"on"}, "notices never come, since nobody tells when you look away"},
}

// tmuxFindings asks the tmux around this terminal, if there is one, how it is set.
func tmuxFindings(ctx context.Context, about subject) []finding {
	if environment("TMUX") == "" {
		return nil
	}
	var findings []finding
	for _, option := range tmuxSettings {
		about := about.called("tmux " + option.name)
		set := "set -g " + option.name + " on"
		out, err := exec.CommandContext(ctx, "tmux", "show-options", "-gv", option.name).Output()
		value := strings.TrimSpace(string(out))
		switch {
		case err != nil:
			findings = append(findings, about.skip("tmux does not say", "write into ~/.tmux.conf: "+set))
		case slices.Contains(option.good, value):
			findings = append(findings, about.ok(value))
		default:
			findings = append(findings, about.warn(value+", so "+option.need, "now: tmux "+set+"; for good: write "+set+" into ~/.tmux.conf"))
		}
	}
	return findings
}
