package cli

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
)

// slowCharts answers when it is let, and counts how often it is asked.
type slowCharts struct {
	asked atomic.Int32
	let   chan error
}

func (c *slowCharts) Chart(_ context.Context, alarm *room.Signal, _ time.Time, _ time.Duration) (*room.Chart, error) {
	c.asked.Add(1)
	if err := <-c.let; err != nil {
		return nil, err
	}
	return &room.Chart{Key: alarm.Key}, nil
}

func TestAChartIsFetchedOnceForAllWhoLookAtIt(t *testing.T) {
	source := &slowCharts{let: make(chan error)}
	shared := newSharedCharts(source, room.Wall{})
	alarm := &room.Signal{Key: "alarm/a"}
	impatient, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := shared.Chart(impatient, alarm, time.Time{}, time.Hour)
		first <- err
	}()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			chart, err := shared.Chart(t.Context(), alarm, time.Time{}, time.Hour)
			if err != nil || chart.Key != alarm.Key {
				t.Errorf("%v %v", chart, err)
			}
		})
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who has had enough is told %v", err)
	}
	source.let <- nil
	all.Wait()
	if n := source.asked.Load(); n != 1 {
		t.Errorf("AWS was asked %d times", n)
	}
	if _, err := shared.Chart(t.Context(), alarm, time.Time{}, time.Hour); err != nil || source.asked.Load() != 1 {
		t.Error("a chart of a moment ago is fetched again")
	}
	go func() { source.let <- errors.New("throttled") }()
	if _, err := shared.Chart(t.Context(), alarm, time.Time{}, 3*time.Hour); err == nil {
		t.Error("another length is answered by the same chart")
	}
	go func() { source.let <- nil }()
	if _, err := shared.Chart(t.Context(), alarm, time.Time{}, 3*time.Hour); err != nil {
		t.Errorf("what failed is not tried again: %v", err)
	}
}
