package cli

import "testing"

func TestALargeRoomGathersLessGarbageThanItHolds(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 100}, {4 << 20, 100}, {garbageMost, 100}, {32 << 20, 50}, {50 << 20, 32}, {64 << 20, 25}, {1 << 30, 25},
	} {
		if got := garbageOf(c.live); got != c.want {
			t.Errorf("beside %d MB in use %d %% may wait, want %d %%", c.live>>20, got, c.want)
		}
	}
}
