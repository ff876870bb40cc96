package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// fewDays is how many days of a certificate are worth a colour, as in the details on the
// screen.
const fewDays = 14

// certificate says what an endpoint showed in its last handshake:
//
//	certificate         ▲ 90 days left, of its chain 3, for shop.example, www.shop.example
//	                    TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768
func (p *probePrinter) certificate(text *strings.Builder, f *found) {
	detail, ok := f.signal.Detail.(*room.ProbeDetail)
	if !ok || detail.Certificate == nil {
		return
	}
	c := detail.Certificate
	names := strings.Join(c.Names, ", ")
	if names == "" {
		names = c.Subject
	}
	said, token := p.lasts(c, f.sample.At)
	if names != "" {
		said += ", for " + names
	}
	spoken := slices.DeleteFunc([]string{"TLS " + c.Version, c.Cipher, c.Curve}, func(s string) bool { return s == "" })
	p.beside(text, "certificate", token, said)
	p.beside(text, "", theme.Muted, strings.Join(spoken, ", "))
}

// lasts says how many days a certificate has left, and what verifies it where that is over
// sooner.
func (p *probePrinter) lasts(c *room.Certificate, now time.Time) (said string, token theme.Token) {
	days := c.DaysLeft(now)
	own := (&room.Certificate{Expires: c.Expires}).DaysLeft(now)
	switch {
	case own < 0:
		said = "over"
	case own == 1:
		said = "1 day left"
	default:
		said = fmt.Sprintf("%d days left", own)
	}
	switch {
	case c.Chain.IsZero():
		said += ", does not verify"
	case days < 0 && own >= 0:
		said += ", its chain is over"
	case days != own:
		said += fmt.Sprintf(", of its chain %d", days)
	}
	switch {
	case days < 0 || c.Chain.IsZero():
		return p.marks.Critical + " " + said, theme.Critical
	case days < fewDays:
		return p.marks.Warning + " " + said, theme.Warning
	}
	return said, theme.Text
}

// beside writes a sentence in the column of the bars.
func (p *probePrinter) beside(text *strings.Builder, label string, token theme.Token, sentence string) {
	left := max(p.width-barsColumn, foundWidth)
	for _, line := range wrapWords(sentence, left) {
		fmt.Fprintf(text, "  %-*s%s\n", barsColumn-2, label, p.paint(token, ansi.Truncate(line, left, p.marks.Ellipsis)))
		label = ""
	}
}
