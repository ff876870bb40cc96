package cloudwatch

import (
	"context"
	"testing"
	"time"
)

func TestPagesKeepTheirDistanceButNeverUseUpAShortLook(t *testing.T) {
	if got := new(watch).spacing(context.Background(), promptPages, false); got != pageSpacing {
		t.Errorf("without an end, %s", got)
	}
	for left, most := range map[time.Duration]time.Duration{time.Hour: pageSpacing, 80 * time.Millisecond: 10 * time.Millisecond, -time.Second: 0} {
		ctx, cancel := context.WithTimeout(context.Background(), left)
		if got := new(watch).spacing(ctx, promptPages, false); got > most {
			t.Errorf("with %s left, %s; want at most %s", left, got, most)
		}
		cancel()
	}
}
