package ui

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"warroom/internal/room"
)

func TestPlainColumnsStandBelowEachOther(t *testing.T) {
	var l = newLedger("", false)
	for _, title := range []string{"cart", "Störung"} {
		l.add(entry{at: noon, kind: "alarm", word: "NO DATA", title: title, place: "us-east-1", reason: "because"})
	}
	want := "2026-03-14T14:03:22Z  alarm   NO DATA   cart                          us-east-1       because\n" +
		"14:03:22Z  alarm   NO DATA   Störung                       us-east-1       because\n"
	if got := string(l.take()); got != want {
		t.Errorf("the lines are\n%swant\n%s", got, want)
	}
}

func TestHostileTextStaysOneLineAndSteersNothing(t *testing.T) {
	const hostile = "a\x1b[2Jb\x1b]52;c;aGk=\x07\r\nDRILL  00:00:00Z  room  CALM\x00\x7f\u009b31m\u202eevil\u200b \t  end é ✖ 漢字"
	for _, ascii := range []bool{false, true} {
		t.Run(fmt.Sprint("ascii ", ascii), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble()
				alarm := alarmIn(b.clock, b.east, hostile, room.Critical, hostile, 0)
				alarm.Region, alarm.Reason = hostile, hostile
				b.look(room.Observation{Signals: []room.Signal{alarm}})
				f := follow(t, PlainOptions{Room: b, ASCII: ascii})
				lines := f.until("  room  TROUBLE  ")
				alarm.Word = "changed " + hostile
				b.look(room.Observation{Signals: []room.Signal{alarm}, Trouble: &room.Trouble{What: hostile, Why: hostile, Next: hostile}})
				_ = b.Desk(hostile).Act(room.Act{Do: room.EventNote, Text: hostile})
				b.Flush()
				lines = append(lines, f.next(), f.next(), f.next())
				for i, line := range lines {
					for _, r := range line {
						if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u202e' || r == '\u200b' || ascii && r > 0x7e {
							t.Errorf("%q holds %q", line, r)
						}
					}
					if i == 0 {
						_, line, _ = strings.Cut(line, "T")
					}
					if columns := strings.Split(line, "  "); len(columns) != 6 {
						t.Errorf("%q has %d columns", line, len(columns))
					}
				}
				if len(lines) != 5 {
					t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
				}
			})
		})
	}
}

func TestAnUnreadableReasonIsWholeUnlessItIsEndless(t *testing.T) {
	l := newLedger("", true)
	l.add(entry{at: noon, reason: strings.Repeat("long ", 800) + "end"})
	if text := string(l.take()); !strings.HasSuffix(text, "end\n") {
		t.Errorf("a long reason was cut: …%q", text[len(text)-20:])
	}
	l.add(entry{at: noon, reason: strings.Repeat("long ", 100_000)})
	if text := string(l.take()); len(text) > entryRunes+100 || !strings.HasSuffix(text, "...\n") {
		t.Errorf("an endless reason has %d bytes and ends in %q", len(text), text[len(text)-20:])
	}
}
