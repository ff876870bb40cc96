package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// namedKeys are the keys that have a name instead of a character.
var namedKeys = strings.Fields(`enter esc tab space backspace delete insert up down left right home end pgup pgdown`)

// otherNames are what people, and other programs, call those keys.
var otherNames = map[string]string{
	"escape": "esc", "return": "enter", "cr": "enter", "del": "delete", "ins": "insert", "bs": "backspace", "spacebar": "space",
	"pageup": "pgup", "page-up": "pgup", "pagedown": "pgdown", "page-down": "pgdown", "pgdn": "pgdown",
}

var functionKey = regexp.MustCompile(`^f([1-9]|1[0-9]|20)$`)

// sameByte are the keys that a terminal sends as the same byte as another key. It
// depends on the terminal whether they can be told apart, so they are refused.
var sameByte = map[string]string{"m": "enter", "i": "tab", "h": "backspace", "j": "a line break", "[": "esc"}

// keyMistake says in words what is wrong with a key's name, or "". Names are those
// of a terminal key press: a character, a name, f1 to f20, and ctrl+, alt+ or shift+
// before it, in this order.
func keyMistake(name string) string {
	rest, ctrl := strings.CutPrefix(name, "ctrl+")
	rest = strings.TrimPrefix(rest, "alt+")
	rest, shift := strings.CutPrefix(rest, "shift+")
	char, size := utf8.DecodeRuneInString(rest)
	single := size == len(rest) && rest != ""
	named := contains(namedKeys, rest) || functionKey.MatchString(rest)
	switch {
	case name == "":
		return "a key has no name here; write a character, or a name such as enter"
	case name == " ":
		return `a space is called "space" here; write space`
	case ctrl && single && sameByte[rest] != "":
		return fmt.Sprintf("terminals send %s as %s, so the two cannot be told apart; use another key", quote(name), sameByte[rest])
	case single && shift && !ctrl:
		return fmt.Sprintf("%s is written as the character that it gives; write %s", quote(name), strings.TrimSuffix(name, "shift+"+rest)+strings.ToUpper(rest))
	case single && ctrl && unicode.IsUpper(char):
		return fmt.Sprintf("%s is written with a small letter; write %s", quote(name), strings.ToLower(name))
	case single && unicode.IsPrint(char) && char != ' ', named:
		return ""
	}
	return fmt.Sprintf("there is no key %s%s", quote(name), betterKey(name))
}

// betterKey finds what a person meant: other words for a key, and modifiers in
// another order or with another sign.
func betterKey(name string) string {
	lower := strings.ToLower(name)
	if len(lower) > 2 && (lower[:2] == "c-" || lower[:2] == "^-") {
		lower = "ctrl+" + lower[2:]
	}
	lower = strings.NewReplacer("control-", "ctrl+", "control", "ctrl", "option", "alt", "ctrl-", "ctrl+", "alt-", "alt+", "shift-", "shift+").Replace(lower)
	parts := strings.Split(lower, "+")
	last := parts[len(parts)-1]
	if other, ok := otherNames[last]; ok {
		last = other
	}
	better := ""
	for _, modifier := range []string{"ctrl", "alt", "shift"} {
		if slices.Contains(parts[:len(parts)-1], modifier) {
			better += modifier + "+"
		}
	}
	if better += last; better != name && keyMistake(better) == "" {
		return "; write " + better
	}
	return Meant(name, namedKeys, "write one character, or one of "+list(namedKeys)+", f1 to f20, with ctrl+, alt+ or shift+ before it")
}

// checkKeys looks at the actions, at every key, and at keys that two actions claim.
func (r *reader) checkKeys(c *Config) {
	owner := map[string]string{} // key to action
	actions := sortedKeys(c.Keys)
	slices.SortFunc(actions, func(a, b string) int { return r.keys[join("keys", a)].compare(r.keys[join("keys", b)]) })
	for _, action := range actions {
		path := join("keys", action)
		if r.allowed.Actions != nil && !contains(r.allowed.Actions, action) {
			r.wrongKey(path, "there is no action %s%s", quote(action), Meant(action, r.allowed.Actions, "the help (?) lists them"))
			continue
		}
		if len(c.Keys[action]) == 0 && contains(r.allowed.Kept, action) {
			r.wrong(path, "%s needs a key; write one, or take this away for its own: %s", action, list(r.allowed.Keys[action]))
		}
		for i, key := range c.Keys[action] {
			at := fmt.Sprintf("%s[%d]", path, i)
			if wrong := keyMistake(key); wrong != "" {
				r.wrong(at, "%s", wrong)
			} else if first, taken := owner[key]; taken && first == action {
				r.wrong(at, "%s is listed twice for %s; take one away", quote(key), action)
			} else if taken {
				r.wrong(at, "%s is bound to both %s and %s; give one of them another key", quote(key), first, action)
			} else {
				owner[key] = action
			}
		}
	}
	r.checkTakenKeys(c, owner)
}

// checkTakenKeys looks for keys that an action has by itself and keeps.
func (r *reader) checkTakenKeys(c *Config, owner map[string]string) {
	for _, action := range sortedKeys(r.allowed.Keys) {
		if _, rebound := c.Keys[action]; rebound {
			continue
		}
		for _, key := range r.allowed.Keys[action] {
			taker, taken := owner[key]
			if !taken {
				continue
			}
			i := slices.Index(c.Keys[taker], key)
			r.wrong(fmt.Sprintf("%s[%d]", join("keys", taker), i), "%s is the key of %s already; use another one, or give %s other keys in keys.%s", quote(key), action, action, action)
		}
	}
}

func (p place) compare(o place) int {
	if p.line != o.line {
		return p.line - o.line
	}
	return p.column - o.column
}
