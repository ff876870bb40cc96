package presence

import (
	"errors"
	"sync"
	"testing"
	"time"

	"warroom/internal/room"
)

var epoch = time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)

func enter(r *Roster, name string) *Seat {
	return r.Enter(room.Person{Name: name, Role: room.Responder}, epoch)
}

func rung(bell <-chan struct{}) bool {
	select {
	case <-bell:
		return true
	default:
		return false
	}
}

func TestWhoIsHereAndForHowLong(t *testing.T) {
	var r Roster
	bell, leave := r.Join()
	defer leave()
	<-bell // it has rung once, so that nothing is missed
	ana, bo := enter(&r, "ana"), enter(&r, "bo")
	if !rung(bell) {
		t.Error("nobody was told that somebody came")
	}
	here := r.Here()
	if len(here.Members) != 2 || here.Members[0].Person.Name != "ana" || !here.Members[1].Since.Equal(epoch) {
		t.Errorf("here are %+v", here.Members)
	}
	ana.Leave()
	ana.Leave()
	ana.Look(Viewport{Pane: 3})
	if here := r.Here(); len(here.Members) != 1 || here.Members[0].ID != bo.ID() {
		t.Errorf("after ana has left there are %+v", here.Members)
	}
}

func TestWhatSomebodyLooksAtReachesWhoFollowsAndNobodyElse(t *testing.T) {
	var r Roster
	ana, bo := enter(&r, "ana"), enter(&r, "bo")
	all, leave := r.Join()
	defer leave()
	if err := bo.Follow(ana.ID()); err != nil {
		t.Fatal(err)
	}
	follows, unwatch, ok := r.Watch(ana.ID())
	defer unwatch()
	if !ok {
		t.Fatal("ana is not here")
	}
	<-follows
	<-all
	ana.Look(Viewport{Pane: 2, Row: "probe/checkout"})
	if !rung(follows) || rung(all) {
		t.Error("a cursor that moves should ring for those who follow, and only for them")
	}
	if view := r.Here().Member(ana.ID()).View; view.Row != "probe/checkout" {
		t.Errorf("ana is seen to look at %+v", view)
	}
	if n := r.Here().Member(ana.ID()).Followers; n != 1 {
		t.Errorf("ana has %d followers", n)
	}
	ana.Look(Viewport{Pane: 2, Row: "probe/checkout", Open: true})
	if !rung(all) {
		t.Error("a row that is opened is for everybody to know")
	}
	if looking := r.Here().Looking("probe/checkout", bo.ID()); len(looking) != 1 {
		t.Errorf("at the row are %v", looking)
	}
	if looking := r.Here().Looking("probe/checkout", ana.ID()); len(looking) != 0 {
		t.Errorf("ana is told of herself: %v", looking)
	}
	ana.SetPrivate(true)
	if following := r.Here().Member(bo.ID()).Following; following != 0 {
		t.Error("bo still follows ana, who wants to be private")
	}
	ana.SetPrivate(false)
	_ = bo.Follow(ana.ID())
	bo.Unfollow()
	if n := r.Here().Member(ana.ID()).Followers; n != 0 {
		t.Errorf("ana still has %d followers", n)
	}
}

func TestWhomOneCannotFollow(t *testing.T) {
	var r Roster
	ana, bo, cy := enter(&r, "ana"), enter(&r, "bo"), enter(&r, "cy")
	cy.SetPrivate(true)
	if err := bo.Follow(cy.ID()); !errors.Is(err, ErrPrivate) {
		t.Errorf("following a private one: %v", err)
	}
	cy.Look(Viewport{Row: "alarm/secret", Open: true})
	if view := r.Here().Member(cy.ID()).View; view != (Viewport{}) {
		t.Errorf("a private one is seen to look at %+v", view)
	}
	if err := bo.Follow(bo.ID()); !errors.Is(err, ErrSelf) {
		t.Errorf("following oneself: %v", err)
	}
	if err := bo.Follow(99); !errors.Is(err, ErrGone) {
		t.Errorf("following nobody: %v", err)
	}
	if err := bo.Follow(ana.ID()); err != nil {
		t.Error(err)
	}
	if err := ana.Follow(bo.ID()); !errors.Is(err, ErrCircle) {
		t.Errorf("following in a circle: %v", err)
	}
}

func TestAnInvitationIsTakenBackAndEndsWithItsPerson(t *testing.T) {
	var r Roster
	ana, bo := enter(&r, "ana"), enter(&r, "bo")
	if yes, err := ana.Invite(); !yes || err != nil || r.Here().Invitation.By.Person.Name != "ana" {
		t.Fatalf("ana invites: %v %v", yes, err)
	}
	first := r.Here().Invitation.ID
	if yes, _ := bo.Invite(); !yes || r.Here().Invitation.By.Person.Name != "bo" || r.Here().Invitation.ID == first {
		t.Error("bo's invitation should have taken the place of ana's")
	}
	if yes, _ := bo.Invite(); yes || r.Here().Invitation != nil {
		t.Error("the second time takes it back")
	}
	_, _ = ana.Invite()
	ana.Leave()
	if r.Here().Invitation != nil {
		t.Error("nobody is left to follow")
	}
	bo.SetPrivate(true)
	if _, err := bo.Invite(); !errors.Is(err, ErrPrivate) {
		t.Errorf("inviting in private: %v", err)
	}
}

func TestManyComeLookAndGoAtOnce(t *testing.T) {
	var r Roster
	ana := enter(&r, "ana")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			s := enter(&r, "x")
			_ = s.Follow(ana.ID())
			_, leave, _ := r.Watch(ana.ID())
			defer leave()
			for i := range 50 {
				s.Look(Viewport{Pane: i % 4, Open: i%2 == 0, Row: "a"})
				_ = r.Here().Looking("a", 0)
			}
			s.Leave()
		})
	}
	all.Wait()
	if here := r.Here(); len(here.Members) != 1 || here.Members[0].Followers != 0 {
		t.Errorf("left are %+v", here.Members)
	}
}
