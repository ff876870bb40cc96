package config

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"15s": 15 * time.Second, "1m30s": 90 * time.Second, "250ms": 250 * time.Millisecond, "1.5h": 90 * time.Minute, "24h": 24 * time.Hour,
	} {
		if got, wrong := parseDuration(text); got != want || wrong != "" {
			t.Errorf("%s gives %s, %q", text, got, wrong)
		}
	}
	for text, want := range map[string]string{
		"10 seconds":   `"10 seconds" is not a length of time; write 10s`,
		"1.5 Hours":    `"1.5 Hours" is not a length of time; write 1.5h`,
		"2d":           `"2d" is not a length of time; write 48h`,
		"5":            `"5" is not a length of time; write 5s`,
		"1:30":         `"1:30" is not a length of time; write a number with ms, s, m or h, such as 30s`,
		"":             `"" is not a length of time; write a number with ms, s, m or h, such as 30s`,
		"-1s":          `"-1s" is not a length of time; it cannot be less than nothing`,
		"0s":           "0 is no length of time; write more, or take this away for the default",
		"25h":          `"25h" is more than a day; write less`,
		"99999999999h": `"99999999999h" is more than a day; write less`,
	} {
		if got, wrong := parseDuration(text); wrong != want {
			t.Errorf("%s gives %s, %q; want %q", text, got, wrong, want)
		}
	}
	for want, d := range map[string]time.Duration{"1m": time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "1m1s": 61 * time.Second, "10s": 10 * time.Second} {
		if got := plain(d); got != want {
			t.Errorf("%s is written %s", want, got)
		}
	}
}

func TestTheClosestWord(t *testing.T) {
	words := []string{"status", "body", "latency", "url", "name"}
	for word, want := range map[string]string{
		"statuss": "status", "Status": "status", "satuts": "status", "latecny": "latency", "ulr": "url", "nmae": "name", "x": "", "timeout": "", "": "",
	} {
		if got := closest(word, words); got != want {
			t.Errorf("%q means %q, want %q", word, got, want)
		}
	}
}

func TestKeyNames(t *testing.T) {
	for _, key := range []string{"a", "A", "é", "?", "+", "ctrl+x", "ctrl+c", "alt+enter", "shift+tab", "ctrl+alt+shift+up", "f1", "f12", "space", "ctrl++", "ctrl+shift+x"} {
		if wrong := keyMistake(key); wrong != "" {
			t.Errorf("%s: %s", key, wrong)
		}
	}
	for key, want := range map[string]string{
		"":              "a key has no name here; write a character, or a name such as enter",
		" ":             `a space is called "space" here; write space`,
		"ctrl+m":        `terminals send "ctrl+m" as enter, so the two cannot be told apart; use another key`,
		"ctrl+i":        `terminals send "ctrl+i" as tab, so the two cannot be told apart; use another key`,
		"ctrl+h":        `terminals send "ctrl+h" as backspace, so the two cannot be told apart; use another key`,
		"ctrl+j":        `terminals send "ctrl+j" as a line break, so the two cannot be told apart; use another key`,
		"ctrl+[":        `terminals send "ctrl+[" as esc, so the two cannot be told apart; use another key`,
		"Ctrl+X":        `there is no key "Ctrl+X"; write ctrl+x`,
		"shift+ctrl+up": `there is no key "shift+ctrl+up"; write ctrl+shift+up`,
		"control-x":     `there is no key "control-x"; write ctrl+x`,
		"Escape":        `there is no key "Escape"; write esc`,
		"alt+shift+q":   `"alt+shift+q" is written as the character that it gives; write alt+Q`,
		"entre":         `there is no key "entre"; did you mean "enter"?`,
	} {
		if got := keyMistake(key); got != want {
			t.Errorf("%q: %s\nwant %s", key, got, want)
		}
	}
}

func TestLongLinesAreCutAroundTheMistake(t *testing.T) {
	line := ""
	for range 30 {
		line += "0123456789"
	}
	shown, caret := window(line, 151)
	if len(shown) != sourceWidth || shown[caret] != '0' {
		t.Errorf("got %q at %d", shown, caret)
	}
	if shown, caret = window(line, 300); shown[caret] != '9' {
		t.Errorf("at the end: got %q at %d", shown, caret)
	}
}
