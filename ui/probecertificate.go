package ui

import (
	"fmt"
	"slices"
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
//	SHA-256     3f2a99c01b7e
//	TLS         1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768
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
	said, days := g.lasts(c)
	token := theme.Text
	switch {
	case days < 0:
		token, said = theme.Critical, g.pen.marks.Critical+" "+said
	case days < fewDays:
		token, said = theme.Warning, g.pen.marks.Warning+" "+said
	}
	if c.Ends().Before(c.Expires) {
		g.fieldIn(token, "until", said+", because of its issuer's")
		said, _ = g.lasts(&room.Certificate{Expires: c.Expires})
		g.field("its own", said)
	} else {
		g.fieldIn(token, "until", said)
	}
	switch {
	case c.Accepted != "":
		g.fieldIn(theme.Critical, "trust", g.pen.marks.Critical+" bad certificate accepted: "+c.Accepted)
	case c.Chain.IsZero():
		g.fieldIn(theme.Critical, "trust", g.pen.marks.Critical+" it does not verify")
	}
	g.field("SHA-256", thumb(c.Fingerprint))
	g.field("TLS", strings.Join(slices.DeleteFunc([]string{c.Version, c.Cipher, c.Curve}, func(s string) bool { return s == "" }), ", "))
}

// lasts says when a certificate ends, and how many days are left.
func (g *page) lasts(c *room.Certificate) (said string, days int) {
	days = c.DaysLeft(g.pen.now)
	said = c.Ends().UTC().Format("2006-01-02 15:04Z")
	if days < 0 {
		return said + ", which is over", days
	}
	return fmt.Sprintf("%s, %s left", said, plural(days, "day")), days
}
