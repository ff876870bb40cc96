package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

// CallCount is how often AWS was asked one thing, in one account and region.
type CallCount struct {
	Account, Region string
	Action          string        // as IAM names it
	PerMinute       float64       // over the last ten minutes of the room's time
	Published       float64       // calls a minute that AWS allows; 0 if it publishes none
	Errors          int           // since the start, throttled ones included
	Throttles       int           // of them, those that AWS throttled
	Held            time.Duration // how long it is left alone yet, since AWS has throttled it
	Dollars         float64       // a month, if it goes on like this
}

// callsLines is what is asked of AWS:
//
//	account        action                      region      a minute  of AWS's limit  errors, throttled  a month
//	111122223333   cloudwatch:DescribeAlarms   us-east-1        4.0           0.7 %                  0        –
func (m *Model) callsLines(width int) []string {
	g := &page{pen: &m.pen, width: width}
	var counts []CallCount
	if m.calls != nil {
		counts = m.calls()
	}
	if len(counts) == 0 {
		g.add(theme.Muted, "AWS has not been asked anything from here yet")
		return g.lines
	}
	perMinute, dollars := 0.0, 0.0
	for _, c := range counts {
		perMinute, dollars = perMinute+c.PerMinute, dollars+c.Dollars
	}
	cost := "which cost nothing"
	if dollars > 0 {
		cost = "about " + price(dollars) + " a month"
	}
	g.add(theme.Strong, fmt.Sprintf("%s calls a minute, %s", rate(perMinute), cost))
	g.blank()
	columns := callsColumnsOf(counts)
	g.lines = append(g.lines, m.callsRow(width, columns, [2]theme.Token{theme.Muted, theme.Muted},
		[7]string{"account", "action", "region", "a minute", "of AWS's limit", "errors, throttled", "a month"}))
	for _, c := range counts {
		share, failed, tokens := "", fmt.Sprint(c.Errors), [2]theme.Token{theme.Text, theme.Text}
		if c.Published > 0 {
			share = fmt.Sprintf("%.1f %%", 100*c.PerMinute/c.Published)
		}
		if c.Errors > 0 {
			tokens[1] = theme.Warning
		}
		if c.Throttles > 0 {
			failed += fmt.Sprintf(", %d", c.Throttles)
		}
		if c.Held > 0 {
			failed += ", held " + age(c.Held)
		}
		g.lines = append(g.lines, m.callsRow(width, columns, tokens, [7]string{c.Account, c.Action, c.Region, rate(c.PerMinute), share, failed, price(c.Dollars)}))
	}
	g.blank()
	g.add(theme.Muted, "calls a minute are those of the last ten minutes; what a month costs goes by the last hour, in AWS's prices for us-east-1")
	return g.lines
}

// callsColumns are how wide the columns of text are: as their longest, so that a row holds
// together on a wide screen, and names of accounts up to accountMost.
type callsColumns struct{ account, action, region int }

const accountMost = 24

func callsColumnsOf(counts []CallCount) callsColumns {
	c := callsColumns{account: len("account"), region: len("region")}
	for _, count := range counts {
		c.account = max(c.account, min(accountMost, ansi.StringWidth(count.Account)))
		c.action = max(c.action, ansi.StringWidth(count.Action))
		c.region = max(c.region, ansi.StringWidth(count.Region))
	}
	return c
}

// callsRow is one line of it. The first token is of the row, the second of its errors.
func (m *Model) callsRow(width int, columns callsColumns, tokens [2]theme.Token, texts [7]string) string {
	cells := []cell{
		{token: theme.Muted, text: texts[0], width: columns.account + 1, rank: 3},
		{token: tokens[0], text: texts[1], width: flex, least: columns.action},
		{token: tokens[0], text: texts[2], width: columns.region + 1, rank: 1},
		{token: tokens[0], text: texts[3], width: 9, right: true},
		{token: tokens[0], text: texts[4], width: 15, right: true, rank: 2},
		{token: tokens[1], text: texts[5], width: 20, right: true},
		{token: tokens[0], text: texts[6], width: 10, right: true, rank: 4},
	}
	whole := columns.action + len(cells)
	for _, c := range cells {
		whole += max(0, c.width)
	}
	whole = min(width, whole)
	return m.pen.row(whole, false, false, cells...) + strings.Repeat(" ", width-whole)
}

// rate is calls a minute, as exactly as a person needs.
func rate(perMinute float64) string {
	if perMinute >= 100 {
		return fmt.Sprintf("%.0f", perMinute)
	}
	return fmt.Sprintf("%.1f", perMinute)
}

// price is dollars; what is nothing is a dash.
func price(dollars float64) string {
	switch {
	case dollars == 0:
		return "–"
	case dollars < 0.01:
		return "< $0.01"
	}
	return fmt.Sprintf("$%.2f", math.Ceil(dollars*100)/100)
}
