package ui

import (
	"fmt"
	"strings"

	"warroom/internal/room"
	"warroom/theme"
)

// fewDays is when the end of a certificate is worth a warning: as late as a renewal that
// failed is found out, and early enough to do it by hand.
const fewDays = 14

// certificate tells what an endpoint showed of itself:
//
//	certificate
//	for         checkout.example.com, www.example.com
//	issuer      R11
//	until       2026-03-14 00:00Z, 41 days left
//	TLS         1.3, certificate 3f2a99c01b7e
func (g *page) certificate(c *room.Certificate) {
	if c == nil {
		return
	}
	g.heading("certificate")
	names := strings.Join(c.Names, ", ")
	if names == "" {
		names = c.Subject
	}
	g.field("for", names)
	g.field("issuer", c.Issuer)
	days, token := c.DaysLeft(g.pen.now), theme.Text
	said := fmt.Sprintf("%s, %s left", c.Ends().UTC().Format("2006-01-02 15:04Z"), plural(days, "day"))
	switch {
	case days < 0:
		token, said = theme.Critical, g.pen.marks.Critical+" "+c.Ends().UTC().Format("2006-01-02 15:04Z")+", which is over"
	case days < fewDays:
		token, said = theme.Warning, g.pen.marks.Warning+" "+said
	}
	if c.Ends().Before(c.Expires) {
		said += ", because of its issuer's"
	}
	g.fieldIn(token, "until", said)
	if c.Chain.IsZero() {
		g.fieldIn(theme.Critical, "trust", g.pen.marks.Critical+" it does not verify")
	}
	g.field("TLS", c.Version+", certificate "+thumb(c.Fingerprint))
}
