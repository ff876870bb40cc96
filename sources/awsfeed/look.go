package awsfeed

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
)

// tryTimeout bounds one try, in real time; a look that has less time shares it out.
const tryTimeout = 7 * time.Second

// The feeds in words, as a detail and a sentence name them.
const (
	currentFeed = "current events"
	rssFeed     = "RSS feed"
	bannerFeed  = "announcement"
)

// try is one of the three places, and what came of asking it.
type try struct {
	name  string // as a sentence begins with it
	place string // as a sentence that goes on names it
	ask   func(ctx context.Context) (*reading, *trouble)
	err   *trouble
}

// look asks one place after the other until one can be read, then for the banner:
//
//	current events ──✗──▶ mirrors of the history ──✗──▶ RSS ──✗──▶ nothing is known
//	      │                        │                     │
//	      ▼                        ▼                     ▼
//	  that is all        the last good data, and what is newer there
func (w *watch) look(ctx context.Context, report sources.Report) error {
	tries := []*try{
		{name: hostOf(w.addresses.Events), place: "the current events", ask: w.current},
		{name: "the mirrors", place: "a mirror of the history", ask: w.history},
		{name: hostOf(w.addresses.RSS), place: "the RSS feed", ask: w.rss},
	}
	var read *reading
	taken := 0
	for i, each := range tries {
		within, cancel := share(ctx, len(tries)-i+1)
		read, each.err = each.ask(within)
		cancel()
		if taken = i; read != nil || ctx.Err() != nil {
			break
		}
	}
	w.before = nil
	if w.listed {
		w.before = w.known
	}
	w.listed = read != nil && !read.partial
	if read != nil {
		w.merge(read)
		report(w.signals())
	}
	banner := w.announce(ctx, tries[0].err)
	if w.banner != nil {
		report([]room.Signal{w.banner.signal()})
	}
	failure := outcome(tries, read, taken, banner)
	if failure == nil {
		w.whole = true
		return nil
	}
	// What a room was left with may be what only the list of what goes on has.
	failure.Lacks = failure.Partial && !w.whole && w.clock.Now().Sub(w.began) < leftFor
	return failure
}

// share is the time of the next of some steps that are left.
func share(ctx context.Context, steps int) (context.Context, context.CancelFunc) {
	limit := tryTimeout
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)/time.Duration(steps))
	}
	return context.WithTimeout(ctx, limit)
}

func (w *watch) current(ctx context.Context) (*reading, *trouble) {
	return w.read(ctx, w.addresses.Events, currentFeed, readCurrent)
}

// history asks one mirror after the other; what they have is the same.
func (w *watch) history(ctx context.Context) (read *reading, err *trouble) {
	for i, address := range w.addresses.Mirrors {
		within, cancel := share(ctx, len(w.addresses.Mirrors)-i)
		read, err = w.read(within, address, "history at "+hostOf(address), readHistory)
		cancel()
		if read != nil {
			return read, nil
		}
	}
	return nil, err
}

func (w *watch) rss(ctx context.Context) (*reading, *trouble) {
	return w.read(ctx, w.addresses.RSS, rssFeed, func(text []byte) (*reading, *trouble) { return readRSS(text, w.clock.Now()) })
}

// read asks an address and reads what it answers.
func (w *watch) read(ctx context.Context, address, feed string, parse func([]byte) (*reading, *trouble)) (*reading, *trouble) {
	var read *reading
	err := w.fetch(ctx, address, func(text []byte) (err *trouble) {
		read, err = parse(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	read.feed = feed
	for _, e := range read.events {
		e.feed = feed
	}
	return read, nil
}

// announce asks for the banner and keeps it. What the events' host did not answer it is
// not asked again in the same look. While it cannot be read, the last one stays.
func (w *watch) announce(ctx context.Context, events *trouble) *trouble {
	if events != nil && events.calls && hostOf(w.addresses.Events) == hostOf(w.addresses.Announcement) {
		return events
	}
	within, cancel := share(ctx, 1)
	defer cancel()
	var said string
	err := w.fetch(within, w.addresses.Announcement, func(text []byte) (err *trouble) {
		said, err = readAnnouncement(text)
		return err
	})
	switch {
	case err != nil:
		return err
	case said == "":
		w.banner = nil
	case w.banner == nil || w.banner.text != said:
		w.banner = &banner{said, w.clock.Now().UTC()}
	}
	return nil
}

// merge takes in what was read. The list of what goes on is all there is; the other
// feeds add to what is known, and take back nothing.
func (w *watch) merge(read *reading) {
	now := w.clock.Now()
	known := make(map[string]*event, len(read.events))
	if read.partial {
		known = w.known
	}
	for _, e := range read.events {
		e.endBy(now)
	}
	for _, e := range read.events {
		if e.outdated(now) || !e.concerns(w.regions) {
			continue
		}
		if again := known[e.id]; !read.partial && again != nil && again.updated().After(e.updated()) {
			continue // the list has it twice
		}
		before := w.knownAs(e, read.events)
		switch {
		case before == nil:
			known[e.id] = e
		case !read.partial:
			if e.same(before) {
				e = before // and so where it was read first
			}
			known[e.id] = e
		case e.arn != "" && before.arn == "": // its name is known now
			delete(known, before.id)
			if before.updated().After(e.updated()) {
				e = e.with(before)
			}
			known[e.id] = e
		case e.updated().After(before.updated()):
			known[before.id] = before.with(e)
		}
	}
	for id, e := range known {
		if e.outdated(now) {
			delete(known, id)
		}
	}
	w.known = known
}

// knownAs is what is known of an event, by its own name or, where one of the two has no ARN,
// as the only one that it can be. beside is what else is read with it.
func (w *watch) knownAs(e *event, beside []*event) *event {
	if known := w.known[e.id]; known != nil {
		return known
	}
	var named, nameless []*event
	for _, known := range w.known {
		switch {
		case !known.mayBe(e):
		case known.arn == "":
			nameless = append(nameless, known)
		default:
			named = append(named, known)
		}
	}
	switch {
	case len(nameless) == 1 && (e.arn == "" || e.is(nameless[0]) && !w.another(nameless[0], e, beside)):
		return nameless[0]
	case len(nameless) == 0 && len(named) == 1 && e.is(named[0]):
		return named[0]
	}
	return nil
}

// another says whether an event without an ARN may as well be another one than the given.
func (w *watch) another(nameless, given *event, beside []*event) bool {
	other := func(e *event) bool { return e != nameless && e.id != given.id && e.mayBe(nameless) }
	return slices.ContainsFunc(beside, other) || slices.ContainsFunc(slices.Collect(maps.Values(w.known)), other)
}

// is says whether two events are one, if neither may be a third.
func (e *event) is(o *event) bool {
	return e.region == o.region && room.SameEvent(e.detail(), o.detail())
}

// mayBe says whether two events can be one.
func (e *event) mayBe(o *event) bool {
	return e.region == o.region && room.MayBeSame(e.detail(), o.detail())
}

// with is an event with what another feed wrote later. Two feeds give an update the same
// time, but not always the same letters.
func (e *event) with(later *event) *event {
	next := *e
	next.severity, next.closed, next.end, next.feed = later.severity, later.closed, later.end, later.feed
	next.summary = later.summary
	updates := slices.Clone(e.updates)
	for _, update := range later.updates {
		if !slices.ContainsFunc(updates, func(u room.Update) bool { return u.At.Equal(update.At) }) {
			updates = append(updates, update)
		}
	}
	next.write(updates)
	if len(later.affected) > 0 {
		next.affected = later.affected
	}
	return &next
}

// same says whether two readings of an event say the same.
func (e *event) same(o *event) bool {
	return e.id == o.id && e.summary == o.summary && e.severity == o.severity && e.closed == o.closed && e.end.Equal(o.end) &&
		slices.Equal(e.affected, o.affected) &&
		slices.EqualFunc(e.updates, o.updates, func(a, b room.Update) bool { return a.At.Equal(b.At) && a.Text == b.Text })
}

func (w *watch) signals() []room.Signal {
	now := w.clock.Now()
	signals := make([]room.Signal, 0, len(w.known))
	for _, e := range w.known {
		signals = append(signals, e.signal(now))
	}
	return signals
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "a malformed address"
	}
	return clean.Line(u.Host, hostLimit)
}
