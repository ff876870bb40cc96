package room

import (
	"testing"
	"time"
)

// complete is a complete look of one scope that denies what it is told to.
func complete(r *Room, in Scope, at time.Time, denies func(*Signal, string) string, signals ...Signal) {
	r.Observe(Observation{Scope: in, Watch: in.String(), At: at, Interval: time.Minute, Signals: signals, Done: true, Complete: true, Denies: denies})
}

// notOf denies what is told of one account.
func notOf(account string) func(*Signal, string) string {
	return func(_ *Signal, a string) string {
		if a == account {
			return "It is not listed any more."
		}
		return ""
	}
}

// tell is a message for an account about a version of the event.
func tell(r *Room, in Scope, minute int) {
	s := version(in, minute, Critical, "OPEN", "Bad.")
	_ = r.Hear(pushed, []Message{{Signal: s, At: s.Detail.(*HealthDetail).Updated}})
}

func TestAPushedEventWhoseEndWasLostIsClosedByAFullListWithoutIt(t *testing.T) {
	clock := &ticking{now: epoch.Add(10 * time.Minute)}
	r := New(Options{Clock: clock, OnFlush: true})
	tell(r, accountA, 5)
	later := func(d time.Duration) time.Time { clock.now = clock.now.Add(d); return clock.now }
	complete(r, accountA, later(deniedAfter-time.Second), notOf(accountA.Account))
	pass(r, accountA, later(time.Hour))
	complete(r, accountB, later(time.Minute), notOf(accountB.Account))
	r.Observe(Observation{Scope: accountA, Watch: "a", At: clock.now, Done: true, Trouble: new(Trouble), Denies: notOf(accountA.Account)})
	r.Observe(Observation{Scope: accountA, Watch: "a", At: clock.now, Done: true, Complete: true, Lacks: true, Denies: notOf(accountA.Account)})
	if s, _ := row(t, r); s.Word != "OPEN" {
		t.Fatalf("the word is young, or nobody who would know says anything, and it is %s: %s", s.Word, s.Reason)
	}
	over := later(time.Minute)
	complete(r, accountA, over, notOf(accountA.Account))
	closed := func(when string) {
		t.Helper()
		s, d := row(t, r)
		if s.Word != Closed || s.State != OK || s.Reason != "It is not listed any more." || !s.Since.Equal(over) || !d.Unlisted.Equal(over) || !d.End.IsZero() {
			t.Fatalf("%s it is %+v with %+v", when, s, d)
		}
	}
	closed("at once")
	tell(r, accountA, 5)
	tell(r, accountA, 3)
	complete(r, accountA, later(time.Hour), notOf(accountA.Account))
	closed("after the same message again")
	lines := r.Snapshot().Timeline.Events
	if last := lines[len(lines)-1]; last.Signal.Word != Closed || last.WasTo != "OPEN" || last.Raises {
		t.Errorf("the last line is %+v", last)
	}
	tell(r, accountA, 20)
	if s, d := row(t, r); s.Word != "OPEN" || s.Standing != Unacknowledged || !d.Unlisted.IsZero() {
		t.Errorf("after news it is %+v with %+v", s, d)
	}
	complete(r, accountA, later(time.Hour), notOf(accountA.Account))
	complete(r, publicFeed, later(time.Minute), nil, version(publicFeed, 20, Warning, "OPEN"))
	if s, d := row(t, r); s.Word != "OPEN" || !d.Unlisted.IsZero() {
		t.Errorf("listed again it is %+v with %+v", s, d)
	}
}

func TestAPushedEventOfTwoAccountsIsOverWhenNeitherHasIt(t *testing.T) {
	clock := &ticking{now: epoch}
	r := New(Options{Clock: clock, OnFlush: true})
	tell(r, accountA, 0)
	tell(r, accountB, 0)
	for range 2 {
		clock.now = clock.now.Add(time.Hour)
		complete(r, accountA, clock.now, notOf(accountA.Account))
	}
	if s, d := row(t, r); s.Word != "OPEN" || s.Account != accountB.Account || len(d.Accounts) != 1 {
		t.Errorf("account A does not have it, and it is %+v with %+v", s, d)
	}
	complete(r, accountB, clock.now, notOf(accountB.Account))
	if s, _ := row(t, r); s.Word != Closed {
		t.Errorf("nobody has it, and it is %s", s.Word)
	}
}

func TestWhatALookShowsIsNotClosedByAnotherThatDoesNot(t *testing.T) {
	clock := &ticking{now: epoch}
	r := New(Options{Clock: clock, OnFlush: true})
	tell(r, accountA, 0)
	pass(r, accountB, epoch, version(accountB, 0, Critical, "OPEN"))
	clock.now = clock.now.Add(time.Hour)
	complete(r, accountA, clock.now, notOf(accountA.Account))
	if s, d := row(t, r); s.Word != "OPEN" || s.Scope != accountB || len(d.Sightings) != 1 {
		t.Errorf("account B shows it, and it is %+v with %+v", s, d)
	}
	complete(r, accountB, clock.now, notOf(accountB.Account))
	r.Flush()
	if n := len(r.Snapshot().Of(KindHealth).Signals); n != 0 {
		t.Errorf("there are %d rows of what nobody tells of any more", n)
	}
}

func TestWhatALookHasShownAndMessagesToldIsClosedWithTheLook(t *testing.T) {
	clock := &ticking{now: epoch}
	r := New(Options{Clock: clock, OnFlush: true})
	pass(r, accountA, epoch, version(accountA, 0, Critical, "OPEN"))
	tell(r, accountA, 0)
	clock.now = clock.now.Add(time.Hour)
	complete(r, accountA, clock.now, notOf(accountA.Account))
	if s, d := row(t, r); s.Word != Closed || len(d.Sightings) != 1 || s.Scope != pushed {
		t.Errorf("it is %+v with %+v", s, d)
	}
}

func TestAYoungMessageIsNotDeniedHoweverItWasShownSince(t *testing.T) {
	clock := &ticking{now: epoch.Add(5 * time.Minute)}
	r := New(Options{Clock: clock, OnFlush: true})
	later := func(d time.Duration) time.Time { clock.now = clock.now.Add(d); return clock.now }
	tell(r, accountA, 5)
	pass(r, publicFeed, later(time.Minute), version(publicFeed, 6, Critical, "OPEN", "Worse."))
	complete(r, publicFeed, later(time.Minute), notOf(accountA.Account))
	if s, d := row(t, r); s.Word != "OPEN" || len(d.Accounts) != 1 {
		t.Fatalf("two minutes after the message it is %s, of %v", s.Word, d.Accounts)
	}
	again := Restore(Options{Clock: clock, OnFlush: true}, r.sum(), nil)
	tell(again, accountA, 5)
	complete(again, publicFeed, clock.now.Add(deniedAfter-2*time.Minute-time.Second), notOf(accountA.Account))
	if s, d := row(t, again); s.Word != "OPEN" || len(d.Accounts) != 1 {
		t.Fatalf("after a restart it is %s, of %v", s.Word, d.Accounts)
	}
	complete(again, publicFeed, clock.now.Add(deniedAfter-2*time.Minute), notOf(accountA.Account)) // the message that came twice is as old as it was
	if s, _ := row(t, again); s.Word != Closed {
		t.Errorf("a quarter of an hour after the message it is %s", s.Word)
	}
	tell(r, accountB, 5)
	complete(r, accountB, later(deniedAfter-time.Second), notOf(accountB.Account))
	if _, d := row(t, r); len(d.Accounts) != 2 {
		t.Errorf("the other account was told of lately, and it is of %v", d.Accounts)
	}
}

func TestAMirrorThatShowsWhatIsOverOpensNothingAgain(t *testing.T) {
	for name, c := range map[string]struct {
		minute  int // of the version that is shown
		trouble *Trouble
		open    bool
	}{
		"an older version":                  {4, nil, false},
		"the same, not by the list itself":  {5, new(Trouble), false},
		"the same, by the list itself":      {5, nil, true},
		"a newer one, not by the list":      {6, new(Trouble), true},
		"an older one, not by the list too": {4, new(Trouble), false},
	} {
		clock := &ticking{now: epoch.Add(5 * time.Minute)}
		r := New(Options{Clock: clock, OnFlush: true})
		later := func() time.Time { clock.now = clock.now.Add(time.Hour); return clock.now }
		tell(r, accountA, 5)
		complete(r, publicFeed, later(), notOf(accountA.Account))
		for range 2 {
			shown := []Signal{version(publicFeed, c.minute, Critical, "OPEN", "Bad.")}
			r.Observe(Observation{Scope: publicFeed, Watch: publicFeed.String(), At: later(), Signals: shown})
			r.Observe(Observation{Scope: publicFeed, Watch: publicFeed.String(), At: later(), Done: true, Complete: true, Trouble: c.trouble, Denies: notOf("")})
			s, d := row(t, r)
			if c.open != (s.Word == "OPEN" && s.Standing == Unacknowledged && d.Unlisted.IsZero()) || !c.open && (s.Standing != Cleared || s.Reason != "It is not listed any more.") {
				t.Errorf("%s: it is %s, %s: %s", name, s.Word, s.Standing, s.Reason)
			}
		}
		complete(r, publicFeed, later(), notOf(accountA.Account))
		if s, d := row(t, r); s.Word != Closed || len(d.Sightings) != 1 {
			t.Errorf("%s: not listed any more, it is %s, from %v", name, s.Word, d.Sightings)
		}
	}
}

func TestAnEventThatIsOverForOneAccountIsOpenForAnotherThatIsToldOfLate(t *testing.T) {
	for _, minute := range []int{5, 3} { // the same version, and an older one
		clock, kept := &ticking{now: epoch.Add(10 * time.Minute)}, new(shelf)
		r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
		later := func(d time.Duration) time.Time { clock.now = clock.now.Add(d); return clock.now }
		tell(r, accountA, 5)
		complete(r, accountA, later(time.Hour), notOf(accountA.Account))
		later(time.Minute)
		tell(r, accountA, minute)
		if s, _ := row(t, r); s.Word != Closed {
			t.Fatalf("after an old message for the same account it is %s", s.Word)
		}
		tell(r, accountB, minute)
		s, d := row(t, r)
		if s.Word != "OPEN" || s.State != Critical || s.Standing != Unacknowledged || s.Reason != "Bad." || !d.Unlisted.IsZero() || !d.Updated.Equal(epoch.Add(5*time.Minute)) || len(d.Accounts) != 2 {
			t.Fatalf("another account is told of, and it is %+v with %+v", s, d)
		}
		lines := r.Snapshot().Timeline.Events
		if last := lines[len(lines)-1]; last.Signal.Word != "OPEN" || last.WasTo != Closed || !last.Raises {
			t.Errorf("the last line is %+v", last)
		}
		foldsTheSame(t, kept, s)
		before := len(kept.records)
		tell(r, accountB, minute)
		complete(r, accountA, later(deniedAfter), notOf(accountA.Account))
		if s, d := row(t, r); s.Word != "OPEN" || s.Account != accountB.Account || len(kept.records) > before+3 {
			t.Errorf("account A does not list it, and it is %s, of %v, after %d records", s.Word, d.Accounts, len(kept.records)-before)
		}
	}
}

func TestAMessageThatComesOnceMoreForAnAccountThatWasDeniedChangesNothing(t *testing.T) {
	clock := &ticking{now: epoch}
	r := New(Options{Clock: clock, OnFlush: true})
	later := func() time.Time { clock.now = clock.now.Add(time.Hour); return clock.now }
	tell(r, accountA, 5)
	tell(r, accountB, 5)
	complete(r, accountA, later(), notOf(accountA.Account))
	tell(r, accountA, 5)
	if s, d := row(t, r); s.Word != "OPEN" || s.Account != accountB.Account || len(d.Accounts) != 1 {
		t.Errorf("account A was denied before, and it is %s, of %v", s.Word, d.Accounts)
	}
	complete(r, accountB, later(), notOf(accountB.Account))
	r = Restore(Options{Clock: clock, OnFlush: true}, r.sum(), nil)
	tell(r, accountA, 5)
	tell(r, accountB, 5)
	if s, _ := row(t, r); s.Word != Closed {
		t.Errorf("both were denied before, and it is %s", s.Word)
	}
	tell(r, accountA, 6)
	if s, d := row(t, r); s.Word != "OPEN" || s.Standing != Unacknowledged || len(d.Sightings) != 1 || len(d.Sightings[0].Denied) != 0 {
		t.Errorf("after news for account A it is %s, %s, from %+v", s.Word, s.Standing, d.Sightings)
	}
}
