package cli

import (
	"context"
	"fmt"
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
		groups = append(groups, func(ctx context.Context) ([]sources.Watch, bool) {
			arrived <- struct{}{}
			select {
			case <-all:
			case <-ctx.Done():
				t.Errorf("group %d waits for the others to be asked", i)
			}
			return []sources.Watch{{Name: fmt.Sprint(i)}}, true
		})
	}
	for i, w := range gather(ctx, groups).watches {
		if w.Name != fmt.Sprint(i) {
			t.Errorf("watch %d is %s", i, w.Name)
		}
	}
}
