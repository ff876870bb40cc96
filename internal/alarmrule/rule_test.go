package alarmrule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// now is the state of a few alarms.
func now(alarm string) string {
	return map[string]string{
		"rings": "ALARM", "calm": "OK", "dark": "INSUFFICIENT_DATA", "far away": "ALARM", `a "b" \c`: "ALARM",
	}[Name(alarm)]
}

func TestRulesSayWhatTheyWouldInCloudWatch(t *testing.T) {
	for text, want := range map[string]Truth{
		`ALARM("rings")`: Yes, `ALARM(rings)`: Yes, `ALARM("calm")`: No, `OK(calm)`: Yes, `INSUFFICIENT_DATA( "dark" )`: Yes, `ALARM ( rings )`: Yes,
		`ALARM("arn:aws:cloudwatch:us-east-1:123456789012:alarm:rings")`: Yes,
		`ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:rings)`:   Yes,
		`ALARM("far away")`:                                             Yes,
		`ALARM("a \"b\" \\c")`:                                          Yes,
		`ALARM("calm") OR ALARM("rings")`:                               Yes,
		`ALARM("calm") AND ALARM("rings")`:                              No,
		`NOT ALARM("calm") AND ALARM("rings")`:                          Yes,
		`ALARM("rings") OR ALARM("calm") AND FALSE`:                     Yes,
		`(ALARM("rings") OR ALARM("calm")) AND FALSE`:                   No,
		`NOT (ALARM("rings") AND TRUE)`:                                 No,
		`NOT NOT TRUE`:                                                  Yes,
		`NOT(TRUE)`:                                                     No,
		"ALARM(\"calm\")\n  OR (NOT OK(\"calm\") OR ALARM(\"nobody\"))": Unknown,
		`ALARM("nobody") OR TRUE`:                                       Yes,
		`ALARM("nobody") AND FALSE`:                                     No,
		`NOT ALARM("nobody")`:                                           Unknown,
		`AT_LEAST(1, ALARM, (rings, calm))`:                             Yes,
		`AT_LEAST(2, ALARM, (rings, calm))`:                             No,
		`AT_LEAST(2, NOT ALARM, (rings, calm, dark))`:                   Yes,
		`AT_LEAST(50%, ALARM, ("rings", "far away", calm))`:             Yes,
		`AT_LEAST(67%, ALARM, ("rings", "far away", calm))`:             No,
		`AT_LEAST( 100% , OK , ( "calm" ) )`:                            Yes,
		`AT_LEAST(2, ALARM, (rings, nobody))`:                           Unknown,
		`AT_LEAST(1, ALARM, (rings, nobody)) AND OK(calm)`:              Yes,
		`AT_LEAST(3, ALARM, (rings, nobody))`:                           No,
	} {
		r, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %s", text, err)
			continue
		}
		if got := r.Holds(now); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestRulesThatCannotBeReadSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "a composite alarm needs a rule",
		" \n":                             "a composite alarm needs a rule",
		`ALARM("a") AND`:                  "ends before it is complete",
		`(ALARM("a")`:                     "ends before it is complete",
		`ALARM(`:                          "ends before it is complete",
		`ALARM("a`:                        "ends before it is complete",
		`ALARM("")`:                       `from "\")" on`,
		`ALARM()`:                         `from ")" on`,
		`ALARM`:                           "ends before it is complete",
		`ALARMS(a)`:                       `from "ALARMS(a)" on`,
		`ALARM("a") ALARM("b")`:           `from "ALARM(\"b\")" on`,
		`ALARM("a") XOR ALARM("b")`:       `from "XOR ALARM(\"b\")" on`,
		`ALARM(a b)`:                      `from "b)" on`,
		`AT_LEAST(0, ALARM, (a, b))`:      `from "0, ALARM, (a, b))" on`,
		`AT_LEAST(-1, ALARM, (a, b))`:     `from "-1, ALARM, (a, b))" on`,
		`AT_LEAST(1, BURNS, (a, b))`:      `from "BURNS, (a, b))" on`,
		`AT_LEAST(1, ALARM, a)`:           `from "a)" on`,
		`AT_LEAST(1, ALARM, ())`:          `from "))" on`,
		`NOT`:                             "ends before it is complete",
		`ALARM("a") OR (OK("b") AND )`:    `from ")" on`,
		strings.Repeat("(", 2*depthLimit): "nested deeper",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

func TestTheAlarmsOfARuleAreNamedOnceAndInOrder(t *testing.T) {
	r, err := Parse(`ALARM(b) OR AT_LEAST(1, NOT OK, (c, "a b", b)) AND NOT OK("arn:aws:cloudwatch:eu-west-1:1:alarm:x:y")`)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Alarms(); !slices.Equal(got, []string{"b", "c", "a b", "arn:aws:cloudwatch:eu-west-1:1:alarm:x:y"}) || Name(got[3]) != "x:y" {
		t.Errorf("%q", got)
	}
}

// invent makes a rule at random.
func invent(random *rand.Rand, depth int) *Rule {
	names := []string{"a", "b c", `d"e`, `f\`, "arn:aws:cloudwatch:eu-west-1:1:alarm:g", "(,)", "AND"}
	leaf := func(state string) *Rule {
		return &Rule{Op: InState, State: state, Alarm: names[random.IntN(len(names))]}
	}
	state := States[random.IntN(len(States))]
	kind := random.IntN(8)
	if depth == 0 {
		kind = min(kind, 3)
	}
	switch kind {
	case 0:
		return &Rule{Op: True}
	case 1:
		return &Rule{Op: False}
	case 2, 3:
		return leaf(state)
	case 4:
		return &Rule{Op: Not, Parts: []*Rule{invent(random, depth-1)}}
	case 5:
		r := &Rule{Op: AtLeast, Percent: random.IntN(2) == 0, Count: 1 + random.IntN(99)}
		not := random.IntN(2) == 0
		for range 1 + random.IntN(4) {
			part := leaf(state)
			if not {
				part = &Rule{Op: Not, Parts: []*Rule{part}}
			}
			r.Parts = append(r.Parts, part)
		}
		return r
	}
	return joined([]Op{And, Or}[kind-6], []*Rule{invent(random, depth-1), invent(random, depth-1), invent(random, depth-1)})
}

// TestWhatIsWrittenIsReadAsTheSameRule writes and reads ten thousand rules, and compares
// what they say of alarms in states at random.
func TestWhatIsWrittenIsReadAsTheSameRule(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		r := invent(random, 4)
		read, err := Parse(r.String())
		if err != nil || read.String() != r.String() {
			t.Fatalf("%s is read as %v, %v", r, read, err)
		}
		seed := random.Uint64()
		states := func(alarm string) string {
			return []string{"ALARM", "OK", "INSUFFICIENT_DATA", ""}[(seed>>(uint(len(alarm))%60))%4]
		}
		if r.Holds(states) != read.Holds(states) {
			t.Fatalf("%s holds otherwise when it is read", r)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{`ALARM("a") AND NOT (OK(b) OR TRUE)`, `AT_LEAST(50%, NOT OK, (a, "b \" c"))`, `((((`, "ALARM(\x00)", `ALARM("\\")`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(r.String())
		if err != nil || again.String() != r.String() || fmt.Sprint(again.Alarms()) != fmt.Sprint(r.Alarms()) {
			t.Fatalf("%q is %s, which is read as %v, %v", text, r, again, err)
		}
	})
}
