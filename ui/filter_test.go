package ui

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

func TestFilterFindsWordsFieldsAndLettersInOrder(t *testing.T) {
	checkout := &room.Signal{Kind: room.KindAlarm, Title: "checkout-5xx", Word: "ALARM", State: room.Critical, Region: "us-east-1", Service: "Storefront", Account: "prod", Reason: "Threshold crossed"}
	for filter, want := range map[string]bool{
		"": true, "checkout": true, "CHECK": true, "5xx": true, "cko5": true, "co5": true, "threshold": true,
		"kout5": false, "hko": false, "5xc": false, "c5": false, "checkout cart": false, "checkout us-east": true,
		"!checkout": false, "!cart": true, "!cko5": true,
		"state:alarm": true, "state:crit": true, "state:ok": false, "!state:ok": true, "region:us-east-1": true, "region:eu": false,
		"service:store": true, "account:prod": true, "account:dev": false, "name:cko5": true, "name:prod": false, "kind:alarm": true,
		"state:": true, "!": true, "nofield:x": false,
	} {
		f, _ := parseFilter(filter)
		if got := f.signal(checkout); got != want {
			t.Errorf("%q finds checkout-5xx: %v, want %v", filter, got, want)
		}
	}
}

func TestAFilterThatCannotBeMeantIsSaid(t *testing.T) {
	for filter, want := range map[string]string{
		"state:":         "state: needs a value, such as state:alarm",
		"checkout !":     "! alone leaves out nothing; write !word",
		"colour:red":     `there is no field "colour"; fields are state, region, account, service, name, kind, person, is`,
		"is:":            "is: needs a value, such as is:unacknowledged",
		"is:happy":       `nothing is "happy"; it can be unacknowledged, acknowledged, cleared, claimed, pinned, pending`,
		"https://a/b":    "",
		"checkout !cart": "",
		":":              "",
	} {
		if _, got := parseFilter(filter); got != want {
			t.Errorf("%q is answered with %q, want %q", filter, got, want)
		}
	}
}

func TestFilterFindsPeopleAndWhatTheyDid(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, afterwards(clock), clock, 130, 40)
	for _, c := range []struct{ filter, alarms, probes, lines string }{
		{"kind:ack", "", "", "ana acknowledged 3 signals: known since the deploy"},
		{"kind:note", "", "", "ana: failing over checkout to eu-west-1, bo on checkout-5xx: wrong room, sorry (taken back by bo)"},
		{"kind:mark", "", "", "ana announced: deploy checkout v42"},
		{"kind:people !kind:note !kind:ack !kind:mark", "", "", "bo is on checkout-5xx, bo is on orders, bo took back: checkout-5xx"},
		{"person:ana", "orders-p99-latency checkout-5xx", "checkout", "ana: failing over checkout to eu-west-1, ana acknowledged 3 signals: known since the deploy, ana announced: deploy checkout v42"},
		{"person:BO kind:claim", "", "", "bo is on checkout-5xx, bo is on orders"},
		{"person:bo", "checkout-5xx", "orders", "bo is on checkout-5xx, bo is on orders, bo on checkout-5xx: wrong room, sorry (taken back by bo), bo took back: checkout-5xx"},
		{"is:unacknowledged kind:alarm", "inventory-5xx session-5xx", "", "alarm inventory-5xx is ALARM, alarm session-5xx is ALARM"},
		{"is:acknowledged kind:alarm", "orders-p99-latency checkout-5xx", "", "alarm checkout-5xx is ALARM, alarm orders-p99-latency is ALARM"},
		{"is:cleared", "login-5xx", "", "alarm login-5xx is ALARM, alarm login-5xx ALARM → OK"},
		{"is:claimed kind:probe", "", "orders", "probe orders is SLOW"},
		{"is:claimed !is:ack kind:probe", "", "orders", "probe orders is SLOW"},
		{"is:pinned", "", "", "ana announced: deploy checkout v42"},
		{"is:pending", "", "", ""},
		{"region:us-east-1 kind:people !person:bo", "", "", "ana acknowledged 3 signals: known since the deploy"},
		{"person:bo region:us-east-1", "checkout-5xx", "orders", "bo is on checkout-5xx, bo is on orders, bo on checkout-5xx: wrong room, sorry (taken back by bo), bo took back: checkout-5xx"},
	} {
		m.setFilter(c.filter)
		for i, want := range map[int]string{1: c.alarms, 2: c.probes} {
			var got []string
			for _, it := range m.panes[i].rows.between(0, m.panes[i].rows.len()) {
				got = append(got, it.signal.Title)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%q leaves %q in pane %d, want %q", c.filter, got, i+1, want)
			}
		}
		var lines []string
		for _, it := range m.panes[3].rows.between(0, m.panes[3].rows.len()) {
			text := m.pen.lineText(m.shown, it)
			if it.event.Signal != nil { // without the reason
				text, _, _ = strings.Cut(text, ":")
			}
			lines = append(lines, text)
		}
		if got := strings.Join(lines, ", "); got != c.lines {
			t.Errorf("%q leaves the lines %q, want %q", c.filter, got, c.lines)
		}
	}
}

func TestWhatAFilterFoundIsMarkedWhereItStands(t *testing.T) {
	for _, c := range []struct {
		filter, field, text, want string
	}{
		{"out", fieldName, "checkout-5xx", "check[out]-5xx"},
		{"OUT 5", fieldName, "checkout-5xx", "check[out]-[5]xx"},
		{"check kou", fieldName, "checkout", "[checkou]t"},
		{"cko5", fieldName, "checkout-5xx", "[c]hec[ko]ut-[5]xx"},
		{"cko5", fieldRegion, "checkout-5xx", "checkout-5xx"},
		{"!out", fieldName, "checkout", "checkout"},
		{"region:us", fieldName, "us-east", "us-east"},
		{"region:us", fieldRegion, "us-east", "[us]-east"},
		{"größe", fieldName, "Schuh-Größe", "Schuh-[Größe]"},
	} {
		f, _ := parseFilter(c.filter)
		var marked strings.Builder
		at := 0
		spans := f.spans(c.text, c.field)
		for i := 0; i+1 < len(spans); i += 2 {
			marked.WriteString(c.text[at:spans[i]] + "[" + c.text[spans[i]:spans[i+1]] + "]")
			at = spans[i+1]
		}
		if got := marked.String() + c.text[at:]; got != c.want {
			t.Errorf("%q in %q marks %s, want %s", c.filter, c.text, got, c.want)
		}
	}
}

func FuzzFilterSpansLieInTheTextAndApart(f *testing.F) {
	f.Add("cko5 out", "checkout-5xx")
	f.Add("ß K", "STRAẞE K\xff")
	f.Fuzz(func(t *testing.T, filter, text string) {
		parsed, _ := parseFilter(filter)
		spans := parsed.spans(text, fieldName)
		if !slices.IsSorted(spans) || len(spans)%2 != 0 || len(spans) > 0 && spans[len(spans)-1] > len(text) {
			t.Errorf("%q in %q gives %v", filter, text, spans)
		}
		if utf8.ValidString(text) && utf8.ValidString(filter) {
			for _, at := range spans {
				if at < len(text) && !utf8.RuneStart(text[at]) {
					t.Errorf("%q in %q cuts a character at %d", filter, text, at)
				}
			}
		}
	})
}

func TestAMalformedFilterIsSaidWhileItIsTypedAndAfter(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	lastLine := func() string {
		lines := strings.Split(plainFrame(m), "\n")
		return lines[len(lines)-1]
	}
	press(m, "/")
	typeIn(m, "colour:red")
	if got := lastLine(); !strings.Contains(got, `/colour:red`) || !strings.Contains(got, `there is no field "colour"`) {
		t.Errorf("while typing: %q", got)
	}
	press(m, "enter")
	if got := lastLine(); !strings.Contains(got, `there is no field "colour"; fields are`) {
		t.Errorf("after: %q", got)
	}
	press(m, "/", "backspace")
	for range 12 {
		press(m, "backspace")
	}
	if got := lastLine(); strings.Contains(got, "there is no field") {
		t.Errorf("when it is gone: %q", got)
	}
}

func TestWhatIsPastedIsCleaned(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "/")
	m.Update(tea.PasteMsg{Content: "a\u202eb\u200bc\x1b]0;x\x07"})
	if got := m.input.Value(); strings.ContainsAny(got, "\u202e\u200b\x1b\x07") {
		t.Errorf("the line holds %q", got)
	}
}
