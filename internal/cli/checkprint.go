package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

const (
	// stateWidth is the longest word of a state.
	stateWidth = len(stateSkipped)
	// foundWidth is the least that is left for what was found; where the name leaves
	// less, it goes to lines of its own.
	foundWidth = 30
)

// checkPrinter prints findings for people:
//
//	Permissions of 111111111111 in us-east-1
//	  ● ok       cloudwatch:DescribeAlarms  allowed
//	  ✖ failed   cloudwatch:GetMetricData   the credentials of profile prod may not …
//	                                        fix: allow cloudwatch:GetMetricData in …
type checkPrinter struct {
	out   io.Writer
	theme *theme.Theme // nil prints without colours
	marks theme.Marks
	ascii bool
	width int // of the terminal in cells; 0 does not wrap
	begun bool
}

// topic prints the findings of one topic, under a heading for each scope.
func (p *checkPrinter) topic(findings []finding) error {
	var text strings.Builder
	for len(findings) > 0 {
		n := 1
		for n < len(findings) && heading(&findings[n]) == heading(&findings[0]) {
			n++
		}
		p.group(&text, findings[:n])
		findings = findings[n:]
	}
	return p.write(text.String())
}

// heading is what a finding stands under.
func heading(f *finding) string {
	switch f.topic {
	case topicPermission:
		return strings.TrimSpace(strings.Join([]string{"Permissions", with("of ", f.account), with("in ", f.region)}, " "))
	case topicProbe:
		return "Probes"
	}
	return strings.ToUpper(f.topic[:1]) + f.topic[1:]
}

// with puts a word before a text, if there is one.
func with(word, text string) string {
	if text == "" {
		return ""
	}
	return word + text
}

// group prints the findings under one heading. Where neighbours found the same, it
// is written once, and so is what mends them all.
func (p *checkPrinter) group(text *strings.Builder, findings []finding) {
	if p.begun {
		text.WriteByte('\n')
	}
	p.begun = true
	text.WriteString(p.paint(theme.Strong, heading(&findings[0])) + "\n")
	names := 0
	for i := range findings {
		names = max(names, ansi.StringWidth(label(&findings[i])))
	}
	for i := range findings {
		f := findings[i]
		if i > 0 && f.fix != "" && f.found == findings[i-1].found && f.fix == findings[i-1].fix {
			f.found = "the same"
		}
		if i+1 < len(findings) && f.fix == findings[i+1].fix {
			f.fix = ""
		}
		p.line(text, &f, names)
	}
}

// label is the name of a finding; a probe's region is part of it.
func label(f *finding) string {
	if f.topic == topicProbe {
		return strings.TrimSpace(f.name + " " + f.region)
	}
	return f.name
}

func (p *checkPrinter) line(text *strings.Builder, f *finding, names int) {
	mark, token := p.look(f.state)
	name := label(f)
	text.WriteString("  " + p.paint(token, fmt.Sprintf("%s %-*s", mark, stateWidth, f.state)) + "  " + name)
	indent := 2 + ansi.StringWidth(mark) + 1 + stateWidth + 2
	if beside := indent + names + 2; p.width > 0 && p.width-beside < foundWidth {
		text.WriteString("\n" + strings.Repeat(" ", indent))
	} else {
		text.WriteString(strings.Repeat(" ", names-ansi.StringWidth(name)+2))
		indent = beside
	}
	p.wrapped(text, theme.Text, f.found, indent)
	if f.fix != "" {
		text.WriteString(strings.Repeat(" ", indent))
		p.wrapped(text, theme.Accent, "fix: "+f.fix, indent)
	}
}

// wrapped writes a sentence that begins at the given column and stays right of it.
func (p *checkPrinter) wrapped(text *strings.Builder, token theme.Token, sentence string, indent int) {
	lines := []string{sentence}
	if p.width > indent {
		lines = wrapWords(sentence, p.width-indent)
	}
	for i, line := range lines {
		if i > 0 {
			text.WriteString(strings.Repeat(" ", indent))
		}
		text.WriteString(p.paint(token, line) + "\n")
	}
}

// wrapWords cuts a sentence into lines between words only: commands in it are copied. A
// word that is longer than a line gets one that the terminal has to break.
func wrapWords(sentence string, width int) []string {
	var lines []string
	for word := range strings.FieldsSeq(sentence) {
		last := len(lines) - 1
		if last >= 0 && ansi.StringWidth(lines[last])+1+ansi.StringWidth(word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// look is the shape and the colour of a state.
func (p *checkPrinter) look(state string) (mark string, token theme.Token) {
	switch state {
	case stateOK:
		return p.marks.OK, theme.OK
	case stateWarning:
		return p.marks.Warning, theme.Warning
	case stateFailed:
		return p.marks.Critical, theme.Critical
	}
	return p.marks.Absent, theme.Muted
}

func (p *checkPrinter) paint(token theme.Token, text string) string {
	if p.theme == nil {
		return text
	}
	return p.theme.Paint(token, text)
}

// sum prints how many findings there are of each state, worst first.
func (p *checkPrinter) sum(findings []finding) error {
	counts := map[string]int{}
	for _, f := range findings {
		counts[f.state]++
	}
	var parts []string
	for _, state := range []string{stateFailed, stateWarning, stateOK, stateSkipped} {
		if counts[state] == 0 {
			continue
		}
		word := state
		if state == stateWarning && counts[state] > 1 {
			word += "s"
		}
		parts = append(parts, fmt.Sprintf("%d %s", counts[state], word))
	}
	return p.write("\n" + strings.Join(parts, ", ") + "\n")
}

func (p *checkPrinter) write(text string) error {
	if p.ascii {
		text = asASCII(text)
	}
	_, err := io.WriteString(p.out, text)
	return err
}

// asASCII replaces what names and texts from outside hold besides ASCII.
func asASCII(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case r == '…':
			return '~'
		case r == 'µ':
			return 'u'
		}
		return '?'
	}, text)
}
