package room

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// publishEvery is the least real time between two Snapshots: ten a second is more
// than an eye can follow, and it bounds what a storm of changes costs every viewer.
const publishEvery = 100 * time.Millisecond

// Options are what a Room needs to know.
type Options struct {
	Name  string // shown in the header
	Node  string // names this process in event ids; a random one if empty
	Clock Clock  // room time; Wall if nil

	Keeper  Keeper // keeps what happens; nil if nothing does
	OnFlush bool   // publish when Flush is called and not before
}

// Room is the one writer of the truth. All methods are safe for concurrent use,
// and none waits for a viewer.
type Room struct {
	name    string
	clock   Clock
	keeper  Keeper
	onFlush bool

	mu        sync.Mutex
	stamps    *HybridClock
	node      string
	number    uint64 // of the last event of our own
	keeping   Keeping
	waiters   []waiter
	work      int // events and readings since the last checkpoint
	known     int // facts and samples in that one
	truth     *truth
	watched   map[Scope]*scopeReading
	series    map[string]*Series
	looks     map[string]*Looks
	lists     [kindCount]listBuilder
	scopesDue bool
	due       bool // something changed since the last Snapshot
	timer     *time.Timer
	published time.Time // real time

	showsPending bool // the last Snapshot has events that were not on disk
	waits        bool // the timer gives the disk time, and is not for the eye
	bells        Bells

	current atomic.Pointer[Snapshot]
}

// New makes an empty room. Its first Snapshot is there at once.
func New(o Options) *Room {
	if o.Clock == nil {
		o.Clock = Wall{}
	}
	if o.Node == "" {
		var id [4]byte
		_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
		o.Node = hex.EncodeToString(id[:])
	}
	r := &Room{
		name: o.Name, clock: o.Clock, node: o.Node, keeper: o.Keeper, onFlush: o.OnFlush,
		stamps:  NewHybridClock(o.Node, o.Clock.Now),
		truth:   newTruth(),
		watched: make(map[Scope]*scopeReading),
		series:  make(map[string]*Series), looks: make(map[string]*Looks),
	}
	if r.keeper != nil {
		r.keeping.Node = r.node
	}
	r.current.Store(&Snapshot{At: o.Clock.Now(), Keeping: r.keeping})
	return r
}

// Name implements Reader.
func (r *Room) Name() string { return r.name }

// Now implements Reader.
func (r *Room) Now() time.Time { return r.clock.Now() }

// Snapshot implements Reader.
func (r *Room) Snapshot() *Snapshot { return r.current.Load() }

// Join implements Reader. The bell has already rung once if there is anything to see.
func (r *Room) Join() (<-chan struct{}, func()) { return r.bells.Join() }

// Apply folds events that were recorded elsewhere or earlier: a replay, another
// node. Events already known change nothing.
func (r *Room) Apply(events ...Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range events {
		r.stamps.Witness(events[i].Stamp)
		r.fold(&events[i])
	}
	r.schedule()
}

// Replay takes in records of this room's own log, in their order, after the Checkpoint that
// it was restored from. They are kept already, and not kept again.
func (r *Room) Replay(records ...Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range records {
		if record.Reading != nil {
			r.read(record.Reading)
		}
		e := record.Event
		if e == nil {
			continue
		}
		r.stamps.Witness(e.Stamp)
		r.fold(e)
		if e.ID.Node == r.node {
			r.number = max(r.number, e.ID.Number)
		}
	}
	r.keeping.UpTo = max(r.keeping.UpTo, r.number)
	r.work += len(records)
	r.checkpoint()
	r.schedule()
}

// record stamps an event of our own and folds it. The caller holds the lock.
func (r *Room) record(e Event) EventID {
	r.number++
	e.ID = EventID{Node: r.node, Number: r.number}
	e.Stamp = r.stamps.Next()
	if e.At.IsZero() {
		e.At = e.Stamp.Time()
	}
	r.fold(&e)
	if r.keeper != nil {
		r.keeper.Event(&e)
		r.work++
	}
	return e.ID
}

// fold takes an event into the truth and notes what has to be published again.
func (r *Room) fold(e *Event) {
	row := ""
	if e.Signal != nil {
		row = e.Signal.Key
	}
	e = e.ofToday()
	last := r.truth.fold(e, row)
	r.due = true
	if !last {
		return
	}
	switch e.Type {
	case EventSignal:
		r.show(e.Signal.Key)
		if e.Gone && r.truth.signals[e.Signal.Key].signal == nil {
			delete(r.series, e.Signal.Key)
			delete(r.looks, e.Signal.Key)
		}
	case EventScope:
		r.scopesDue = true
	case EventJoin, EventLeave:
	default:
		if e.Key != "" {
			r.show(e.Key)
		}
	}
}

// show queues a signal, with its readings and what people made of it, for the next
// Snapshot. One that is gone is looked for in every list.
func (r *Room) show(key string) {
	known := r.truth.signals[key]
	if known == nil {
		return
	}
	signal := known.dressed(r.series[key], r.looks[key])
	for i, kind := range Kinds {
		if signal == nil || signal.Kind == kind {
			r.lists[i].set(key, signal)
		}
	}
	r.due = true
}

// schedule publishes now if the last Snapshot is old enough and what is new is on
// disk, else when that will be; it does not wait long for a disk.
func (r *Room) schedule() {
	if !r.due || r.onFlush {
		return
	}
	wait, forDisk := publishEvery-time.Since(r.published), false
	if r.pending() && wait < patience {
		wait, forDisk = patience, true
	}
	if r.timer != nil {
		if !r.waits || forDisk || !r.timer.Stop() {
			return
		}
		r.timer = nil
	}
	if wait > 0 {
		r.timer, r.waits = time.AfterFunc(wait, r.publish), forDisk
		return
	}
	r.publishLocked()
}

func (r *Room) publish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timer = nil
	r.publishLocked()
}

// Flush publishes at once whatever has not been published yet, for a caller that
// looks once and cannot wait for the bell.
func (r *Room) Flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.due {
		return
	}
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	r.publishLocked()
}

func (r *Room) publishLocked() {
	before := r.current.Load()
	r.truth.settle()
	next := &Snapshot{
		Version: before.Version + 1, At: r.clock.Now(), Timeline: r.truth.timeline, Scopes: before.Scopes, Keeping: r.keeping,
		Visits: r.truth.visits,
	}
	if r.keeper != nil {
		next.Keeping.Waiting = int(r.number - r.keeping.UpTo)
	}
	for i := range r.lists {
		next.lists[i] = r.lists[i].build()
	}
	if r.scopesDue {
		next.Scopes = Scopes{Version: newVersion(), List: r.statuses()}
	}
	r.showsPending = r.keeper != nil && r.keeping.UpTo < r.number
	r.due, r.scopesDue, r.published = false, false, time.Now()
	r.current.Store(next)
	r.bells.Ring()
}

// statuses joins what is folded about scopes with what was read of them.
func (r *Room) statuses() []*ScopeStatus {
	all := make(map[Scope]*ScopeStatus, len(r.watched))
	for scope, reading := range r.watched {
		status := reading.status
		all[scope] = &status
	}
	for scope, known := range r.truth.scopes {
		if known.event.Gone { // what is watched again since then is what it reads
			continue
		}
		status := all[scope]
		if status == nil {
			status = &ScopeStatus{Scope: scope}
			all[scope] = status
		}
		status.Changed = known.event.At
		if status.Trouble == nil || known.event.Trouble == nil {
			status.Trouble = known.event.Trouble
		}
	}
	list := make([]*ScopeStatus, 0, len(all))
	for _, status := range all {
		list = append(list, status)
	}
	slices.SortFunc(list, func(a, b *ScopeStatus) int { return cmp.Compare(a.Scope.String(), b.Scope.String()) })
	return list
}
