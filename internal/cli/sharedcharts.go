package cli

import (
	"context"
	"sync"
	"time"

	"warroom/internal/room"
)

// Times for which a chart is good enough for the next one who asks for it. In a drill a
// minute of room time is short, so that one of them is real time.
const (
	chartFresh    = 30 * time.Second // room time
	chartFreshNow = 2 * time.Second  // real time
	chartTime     = 15 * time.Second // real time, for one fetch
)

// sharedCharts fetches a chart once for all who look at it: an alarm that somebody opens
// is opened by everybody who follows, and AWS counts and charges each question. Safe for
// concurrent use.
type sharedCharts struct {
	room.Charts
	clock room.Clock
	mu    sync.Mutex
	asked map[chartQuestion]*chartFetch
}

type chartQuestion struct {
	key    string
	to     time.Time
	length time.Duration
}

// chartFetch is one question to AWS, and what came of it once done is closed.
type chartFetch struct {
	done     chan struct{}
	chart    *room.Chart
	err      error
	at, real time.Time
}

func newSharedCharts(charts room.Charts, clock room.Clock) *sharedCharts {
	return &sharedCharts{Charts: charts, clock: clock, asked: make(map[chartQuestion]*chartFetch)}
}

// Chart implements room.Charts. That one who asks has had enough ends nobody else's fetch.
func (s *sharedCharts) Chart(ctx context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	f := s.fetch(ctx, chartQuestion{alarm.Key, to, length}, alarm)
	select {
	case <-f.done:
		return f.chart, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fetch is the fetch that answers a question: one that is under way, one that is good
// enough, or a new one.
func (s *sharedCharts) fetch(ctx context.Context, q chartQuestion, alarm *room.Signal) *chartFetch {
	s.mu.Lock()
	defer s.mu.Unlock()
	for known, f := range s.asked {
		if f.over() && !s.fresh(f) {
			delete(s.asked, known)
		}
	}
	if f := s.asked[q]; f != nil {
		return f
	}
	f := &chartFetch{done: make(chan struct{})}
	s.asked[q] = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), chartTime)
		defer cancel()
		f.chart, f.err = s.Charts.Chart(ctx, alarm, q.to, q.length)
		f.at, f.real = s.clock.Now(), time.Now()
		close(f.done)
	}()
	return f
}

func (f *chartFetch) over() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// fresh says whether what came of a fetch will do for the next one. What failed is tried
// again.
func (s *sharedCharts) fresh(f *chartFetch) bool {
	return f.err == nil && (s.clock.Now().Sub(f.at) < chartFresh || time.Since(f.real) < chartFreshNow)
}
