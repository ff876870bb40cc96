package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"warroom/internal/room"
)

// TestALongerFilterLooksOnlyAtWhatTheShorterOneLeft types and takes back letters, and
// compares each list with that of a filter which never knew another one.
func TestALongerFilterLooksOnlyAtWhatTheShorterOneLeft(t *testing.T) {
	var all []*room.Signal
	for i := range 400 {
		all = append(all, &room.Signal{
			Key: fmt.Sprint(i), Kind: room.KindProbe, Title: []string{"checkout-5xx", "Cart-ök-%d", "use1-orders", "x", "CHECK-out", "we-end"}[i%6] + fmt.Sprint(i),
			Region: []string{"us-east-1", "eu-west-1", ""}[i%3], Word: []string{"UP", "DOWN", "SLOW"}[i/7%3], State: room.State(i % 4), Service: []string{"", "checkout"}[i/5%2],
			Reason: []string{"", "503 in 1.2s", "Ärger: checkout use"}[i/11%3],
		})
	}
	p := pane{kind: room.KindProbe}
	chance := rand.New(rand.NewPCG(1, 2))
	words := []string{"checkout", "che5", "use1", "region:use1", "region:us", "state:down", "!checkout", "!ch", "name:ck", "Ök", "is:unacknowledged", "kind:probe", "up", "we-end", "x  checkout", "crt", "oes"}
	narrowed := 0
	for range 300 {
		text := words[chance.IntN(len(words))]
		if chance.IntN(2) == 0 {
			text += " " + words[chance.IntN(len(words))]
		}
		ends := []int{}
		for end := range len(text) + 1 {
			ends = append(ends, end)
		}
		for back := range chance.IntN(len(text)) { // and some letters are taken back
			ends = append(ends, len(text)-1-back)
		}
		for _, end := range ends {
			f, _ := parseFilter(text[:end])
			if n := len(p.left.typed); n > 0 && f.narrows(p.left.typed[n-1].filter) {
				narrowed++
			}
			got := p.left.by(f, 1, all)
			want := slices.Collect(func(yield func(*room.Signal) bool) {
				for _, s := range all {
					if f.signal(s) && !yield(s) {
						return
					}
				}
			})
			if !slices.Equal(got, want) {
				t.Fatalf("%q leaves %d rows after %q, %d by itself", text[:end], len(got), text[:max(0, end-1)], len(want))
			}
		}
	}
	if narrowed < 1000 {
		t.Errorf("only %d filters took what the one before had left", narrowed)
	}
	f, _ := parseFilter("checkout")
	p.left.by(f, 1, all)
	if got := p.left.by(f, 2, all[:1]); len(got) != 1 {
		t.Errorf("of another list %d rows are left, of one", len(got))
	}
}
