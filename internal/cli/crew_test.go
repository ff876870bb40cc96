package cli

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"warroom/sources"
)

func TestGroupsAreFoundOutTogetherAndKeepTheirOrder(t *testing.T) {
	const count = 4
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // of a gathering that takes one after the other
	defer cancel()
	arrived, all := make(chan struct{}, count), make(chan struct{})
	go func() {
		for range count {
			<-arrived
		}
		close(all)
	}()
	var groups []group
	for i := range count {
		groups = append(groups, func(ctx context.Context) ([]sources.Watch, []string) {
			arrived <- struct{}{}
			select {
			case <-all:
			case <-ctx.Done():
				t.Errorf("group %d waits for the others to be asked", i)
			}
			return []sources.Watch{{Name: fmt.Sprint(i)}}, nil
		})
	}
	for i, w := range gather(ctx, groups).watches {
		if w.Name != fmt.Sprint(i) {
			t.Errorf("watch %d is %s", i, w.Name)
		}
	}
}

// TestWhatIsChangedWhileItsWatchesStartIsNotBroughtBack: a probe is removed, and another
// one changed, after a reload has found them and before it looks at them.
func TestWhatIsChangedWhileItsWatchesStartIsNotBroughtBack(t *testing.T) {
	in, _ := bench(t, slog.New(slog.DiscardHandler))
	looked := make(chan string, 100)
	watch := func(name, told string) sources.Watch {
		return sources.Watch{Name: name, Interval: time.Hour, Timeout: time.Second, Look: func(context.Context, sources.Report) error {
			looked <- told
			return nil
		}}
	}
	all := &findings{watches: []sources.Watch{watch("probe/gone", "gone"), watch("probe/changed", "as it was"), watch("probe/last", "last")}}
	in.crew.run(t.Context(), []group{func(context.Context) ([]sources.Watch, []string) {
		found, unsure := all.now()
		in.crew.swap([]string{"probe/gone"}, []sources.Watch{watch("probe/changed", "as it is")})
		return found, unsure
	}}, all)
	limit, seen := time.After(time.Minute), map[string]bool{}
	for !seen["last"] || !seen["as it is"] {
		select {
		case told := <-looked:
			seen[told] = true
		case <-limit:
			t.Fatalf("looked at: %v", seen)
		}
	}
	if in.crew.againAt("probe/gone") || seen["gone"] || seen["as it was"] {
		t.Errorf("looked at: %v", seen)
	}
}
