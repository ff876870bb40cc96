// Package presence knows who is in a room at the moment and what they look at. Nothing of
// it is kept: it is gone with the people.
package presence

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warroom/internal/room"
)

// Viewport is what somebody looks at, whatever the size of the terminal: another screen
// shows the same of it laid out for its own. Comparable.
type Viewport struct {
	Pane   int
	Zoom   bool
	Open   bool // the row's details
	Filter string
	Orders [4]string // how each pane is sorted; "" for the usual way
	Row    string    // the key of the item under the cursor; "" for whatever is first
	Moment time.Time // of the past; zero for the present
}

// Member is somebody who is here. Immutable.
type Member struct {
	ID        uint64 // of the visit; another one of the same person has another
	Person    room.Person
	Since     time.Time
	View      Viewport // the zero one if Private
	Private   bool     // nobody can follow, or see what this one looks at
	Following uint64   // whom this one follows; 0 for nobody
	Followers int
}

// Invitation asks everybody to follow somebody.
type Invitation struct {
	ID uint64 // another one of the same person has another
	By *Member
}

// Here is everybody at one moment, the longest here first. Immutable.
type Here struct {
	Version    uint64 // changes with every change but that of a viewport
	Members    []*Member
	Invitation *Invitation // nil if nobody invites
}

// Member finds somebody by the ID; nil if not here.
func (h *Here) Member(id uint64) *Member {
	for _, m := range h.Members {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// InvitedBy says whether it is somebody's own invitation that is asked.
func (h *Here) InvitedBy(id uint64) bool {
	return h.Invitation != nil && h.Invitation.By != nil && h.Invitation.By.ID == id
}

// Looking is who has the details of an item open, but for one visit, and for those who only
// follow somebody.
func (h *Here) Looking(row string, except uint64) []*Member {
	var looking []*Member
	for _, m := range h.Members {
		if m.View.Open && m.View.Row == row && row != "" && m.Following == 0 && m.ID != except {
			looking = append(looking, m)
		}
	}
	return looking
}

// Roster is the people of a room. Safe for concurrent use; the zero Roster is empty.
type Roster struct {
	mu      sync.Mutex
	last    uint64
	seats   []*Seat
	invited *Invitation
	version uint64
	here    atomic.Pointer[Here]
	bells   room.Bells
}

// Seat is somebody's place in a room, through which others learn of him. Safe for
// concurrent use.
type Seat struct {
	roster   *Roster
	id       uint64
	bells    room.Bells
	followed chan struct{}
	member   Member // guarded by the roster
	gone     bool
}

// Here is who is here now. Never nil.
func (r *Roster) Here() *Here {
	if here := r.here.Load(); here != nil {
		return here
	}
	return new(Here)
}

// Join returns a bell of one slot that rings when Here has another Version, and leave,
// which must be called once.
func (r *Roster) Join() (bell <-chan struct{}, leave func()) { return r.bells.Join() }

// Enter takes somebody in, until Leave.
func (r *Roster) Enter(p room.Person, since time.Time) *Seat {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	s := &Seat{roster: r, id: r.last, followed: make(chan struct{}, 1), member: Member{ID: r.last, Person: p, Since: since}}
	r.seats = append(r.seats, s)
	r.publish(true)
	return s
}

// publish makes everybody as they are now known. The caller holds the lock.
func (r *Roster) publish(news bool) {
	if news {
		r.version++
	}
	here := &Here{Version: r.version, Members: make([]*Member, 0, len(r.seats))}
	followers := make(map[uint64]int)
	for _, s := range r.seats {
		followers[s.member.Following]++
	}
	for _, s := range r.seats {
		shown := s.member
		if shown.Private {
			shown.View = Viewport{}
		}
		shown.Followers = followers[s.id]
		here.Members = append(here.Members, &shown)
	}
	if r.invited != nil {
		here.Invitation = &Invitation{ID: r.invited.ID, By: here.Member(r.invited.By.ID)}
	}
	r.here.Store(here)
	if news {
		r.bells.Ring()
	}
}

// ID is that of the Member.
func (s *Seat) ID() uint64 { return s.id }

// Leave takes the person out. Whoever follows is told by Here.
func (s *Seat) Leave() {
	s.change(func(r *Roster) bool {
		s.gone = true
		r.seats = slices.DeleteFunc(r.seats, func(other *Seat) bool { return other == s })
		if r.invited != nil && r.invited.By.ID == s.id {
			r.invited = nil
		}
		r.abandon(s.id)
		return true
	})
}

// change does something to the seat and tells everybody who wants to know.
func (s *Seat) change(do func(*Roster) (news bool)) {
	r := s.roster
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.gone {
		return
	}
	r.publish(do(r))
	s.bells.Ring()
}

// Look shows others what the person looks at.
func (s *Seat) Look(v Viewport) {
	s.change(func(*Roster) bool {
		before := s.member.View
		s.member.View = v
		return before.Open != v.Open || v.Open && before.Row != v.Row // others see it beside the row
	})
}

// SetPrivate hides what the person looks at, or shows it again. Whoever follows is told by
// Here. What the person does in the room has the name on it all the same.
func (s *Seat) SetPrivate(private bool) {
	s.change(func(r *Roster) bool {
		if s.member.Private = private; private {
			r.abandon(s.id)
		}
		if private && r.invited != nil && r.invited.By.ID == s.id {
			r.invited = nil
		}
		return true
	})
}

// Errors of Follow and Invite.
var (
	ErrGone    = errors.New("that one is not here any more")
	ErrPrivate = errors.New("that one looks around in private")
	ErrSelf    = errors.New("that is you")
	ErrCircle  = errors.New("that one follows you")
)

// Follow notes that the person follows somebody, until Unfollow, or until that one leaves
// or wants to be private.
func (s *Seat) Follow(id uint64) error {
	r := s.roster
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.seats, func(other *Seat) bool { return other.id == id })
	switch {
	case at < 0 || s.gone:
		return ErrGone
	case id == s.id:
		return ErrSelf
	case r.seats[at].member.Private:
		return ErrPrivate
	}
	for on := r.seats[at]; on != nil; on = r.seat(on.member.Following) {
		if on == s {
			return ErrCircle
		}
	}
	s.member.Following = id
	r.publish(true)
	select {
	case r.seats[at].followed <- struct{}{}:
	default:
	}
	return nil
}

// Followed is a bell of one slot that rings when somebody begins to follow the person.
func (s *Seat) Followed() <-chan struct{} { return s.followed }

// Watch returns a bell that rings whenever somebody looks at something else, or leaves;
// leave must be called once. ok is false if that one is not here.
func (r *Roster) Watch(id uint64) (bell <-chan struct{}, leave func(), ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.seat(id)
	if s == nil {
		return nil, func() {}, false
	}
	bell, leave = s.bells.Join()
	return bell, leave, true
}

// abandon ends everybody's following of somebody. The caller holds the lock.
func (r *Roster) abandon(id uint64) {
	for _, s := range r.seats {
		if s.member.Following == id {
			s.member.Following = 0
		}
	}
}

// seat finds a seat by its id, or nil. The caller holds the lock.
func (r *Roster) seat(id uint64) *Seat {
	for _, s := range r.seats {
		if s.id == id {
			return s
		}
	}
	return nil
}

// Unfollow notes that the person follows nobody any more.
func (s *Seat) Unfollow() {
	s.change(func(*Roster) bool {
		followed := s.member.Following != 0
		s.member.Following = 0
		return followed
	})
}

// Invite asks everybody to follow the person, or takes that back if it was asked before;
// it says which. One at a time: the newest invitation takes the place of another's.
func (s *Seat) Invite() (invites bool, err error) {
	s.change(func(r *Roster) bool {
		switch {
		case s.member.Private:
			err = ErrPrivate
			return false
		case r.invited != nil && r.invited.By.ID == s.id:
			r.invited = nil
		default:
			r.last++
			r.invited, invites = &Invitation{ID: r.last, By: &Member{ID: s.id}}, true
		}
		return true
	})
	return invites, err
}
