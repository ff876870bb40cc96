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
		"https://a/b":    "",
		"checkout !cart": "",
		":":              "",
	} {
		if _, got := parseFilter(filter); got != want {
			t.Errorf("%q is answered with %q, want %q", filter, got, want)
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
