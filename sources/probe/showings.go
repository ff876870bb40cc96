package probe

import (
	"slices"

	"warroom/internal/room"
)

const (
	// showingsKept is how many certificates of an endpoint are remembered: behind a load
	// balancer several take turns, and that is no change.
	showingsKept = 8
	// showingGone is after how many looks without it a certificate is no longer one of
	// those: of two that take turns by chance, one is missing for so long once in a
	// million times.
	showingGone = 20
)

// showings are the certificates that an endpoint showed lately.
type showings struct {
	looks int
	list  []showing // the one that was shown last is the last
	told  *room.Certificate
}

// showing is a certificate and when it was shown last.
type showing struct {
	certificate *room.Certificate
	look        int
}

// take takes in the certificate of a look and says which one the room is to be told of: a
// new one at once, and one that was there before when the one it knows is gone.
func (s *showings) take(c *room.Certificate) *room.Certificate {
	s.looks++
	same := func(one showing) bool { return one.certificate.Equal(c) }
	known := slices.IndexFunc(s.list, same)
	if known >= 0 {
		c = s.list[known].certificate
		s.list = slices.Delete(s.list, known, known+1)
	} else if len(s.list) == showingsKept {
		s.list = slices.Delete(s.list, 0, 1)
	}
	s.list = append(s.list, showing{c, s.looks})
	if known < 0 || s.gone(s.told) {
		s.told = c
	}
	return s.told
}

// gone says whether a certificate was not shown for a long time.
func (s *showings) gone(c *room.Certificate) bool {
	i := slices.IndexFunc(s.list, func(one showing) bool { return one.certificate.Equal(c) })
	return i < 0 || s.looks-s.list[i].look >= showingGone
}

// showed takes in the certificate of the last look, nil if it got none.
func (l *look) showed(c *room.Certificate) {
	if c == nil {
		return
	}
	detail := l.signal.Detail.(*room.ProbeDetail)
	if told := l.shown.take(c); told != detail.Certificate {
		changed := *detail
		changed.Certificate = told
		l.signal.Detail = &changed
	}
}
