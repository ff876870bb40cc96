package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/presence"
	"warroom/theme"
)

// following is the looking at what somebody else looks at. The zero following is on one's
// own.
type following struct {
	id     uint64 // 0 for nobody
	name   string
	paused bool // this screen has scrolled away
	bell   <-chan struct{}
	leave  func()
}

// moved says that the one who is followed looks at something else.
type moved struct{ id uint64 }

// watch waits until the one who is followed looks at something else.
func (m *Model) watch() tea.Cmd {
	f := m.crowd.following
	if f.id == 0 {
		return nil
	}
	ctx := m.context
	return func() tea.Msg {
		select {
		case <-f.bell:
			return moved{f.id}
		case <-ctx.Done():
			return nil
		}
	}
}

// follow begins to follow somebody.
func (m *Model) follow(member *presence.Member) tea.Cmd {
	if m.crowd.seat == nil || member == nil {
		m.say(theme.Warning, "there is nobody to follow")
		return nil
	}
	m.stopFollowing()
	if err := m.crowd.seat.Follow(member.ID); err != nil {
		m.say(theme.Warning, member.Person.Name+": "+refusal(err))
		return nil
	}
	bell, leave, ok := m.crowd.roster.Watch(member.ID)
	if !ok {
		m.say(theme.Warning, member.Person.Name+" has just left")
		return nil
	}
	m.crowd.last = member.ID
	m.crowd.following = following{id: member.ID, name: member.Person.Name, bell: bell, leave: leave}
	m.say(theme.Muted, "you see what "+member.Person.Name+" sees, until you go somewhere yourself; scrolling pauses it")
	return tea.Batch(m.watch(), m.catchUp())
}

// refusal says why somebody cannot be followed.
func refusal(err error) string {
	switch {
	case errors.Is(err, presence.ErrCircle):
		return "follows you already"
	case errors.Is(err, presence.ErrPrivate):
		return "looks around in private"
	case errors.Is(err, presence.ErrSelf):
		return "that is you"
	}
	return "is not here any more"
}

// catchUp shows what the one who is followed looks at now.
func (m *Model) catchUp() tea.Cmd {
	f := &m.crowd.following
	member := m.crowd.roster.Here().Member(f.id)
	if member == nil || f.paused {
		return nil
	}
	return m.showViewport(member.View)
}

// followMoved takes in that the one who is followed looks at something else.
func (m *Model) followMoved(message moved) tea.Cmd {
	if message.id != m.crowd.following.id {
		return nil
	}
	return tea.Batch(m.watch(), m.catchUp())
}

// stopFollowing goes on alone, from what is on the screen.
func (m *Model) stopFollowing() {
	f := &m.crowd.following
	if f.id == 0 {
		return
	}
	f.leave()
	if m.crowd.seat != nil {
		m.crowd.seat.Unfollow()
	}
	m.crowd.following = following{}
	m.dirty = true
}

// checkFollowed ends the following of one who has left or wants to be private.
func (m *Model) checkFollowed() {
	f := &m.crowd.following
	if f.id == 0 {
		return
	}
	name := f.name
	switch member := m.crowd.here.Member(f.id); {
	case member == nil:
		m.stopFollowing()
		m.say(theme.Warning, name+" has left; you look for yourself now")
	case member.Private:
		m.stopFollowing()
		m.say(theme.Warning, name+" wants to be private; you look for yourself now")
	}
}

// Actions by what they mean for one who follows: those that scroll pause it, and those
// that do not go anywhere leave it as it is. All others end it.
var (
	scrolling = []string{"down", "up", "page-down", "page-up", "top", "bottom", "scroll-down", "scroll-up"}
	staying   = []string{
		"ack", "ack-note", "unack", "claim", "note", "mark", "pin", "undo", "copy", "copy-incident", "refresh", "time", "theme", "mouse",
		"log", "commands", "help", "quit", "follow", "invite", "private", "people", "audit", "remove", "select", "longer", "shorter", "reload", "back",
		"pause", "slower", "faster", "speed", "jump",
	}
)

// whileFollowing settles what an action of one's own means for the following.
func (m *Model) whileFollowing(a action) {
	f := &m.crowd.following
	switch {
	case f.id == 0 || slices.Contains(staying, a.id):
	case slices.Contains(scrolling, a.id):
		if !f.paused {
			f.paused = true
			m.say(theme.Muted, "following "+f.name+" is paused; "+m.keyOf("follow")+" goes on, "+m.keyOf("back")+" ends it")
		}
	default:
		name := f.name
		m.stopFollowing()
		m.say(theme.Muted, "you have left what "+name+" sees, and look for yourself; "+m.keyOf("follow")+" and "+m.keyOf("open")+" follow again")
	}
}

// doFollow goes on following, or lists who can be followed.
func (m *Model) doFollow(name string) tea.Cmd {
	if f := &m.crowd.following; f.paused && name == "" {
		f.paused = false
		m.say(theme.Muted, "you see what "+f.name+" sees again")
		return m.catchUp()
	}
	if m.crowd.roster == nil {
		m.sayAlone()
		return nil
	}
	if name == "" {
		m.crowd.listed, m.overlay = true, overlayNothing
		m.crowd.here = m.crowd.roster.Here()
		m.crowd.at = max(0, slices.IndexFunc(m.crowd.here.Members, func(member *presence.Member) bool { return member.ID == m.crowd.last }))
		return nil
	}
	for _, member := range m.crowd.roster.Here().Members {
		if member.Person.Name == name && member.ID != m.crowd.own() {
			return m.follow(member)
		}
	}
	m.say(theme.Warning, name+" is not here")
	return nil
}

// doInvite asks everybody to follow, or takes that back.
func (m *Model) doInvite(string) tea.Cmd {
	if m.crowd.seat == nil {
		m.sayAlone()
		return nil
	}
	invites, err := m.crowd.seat.Invite()
	switch {
	case err != nil:
		m.say(theme.Warning, "you are private; "+":private"+" first lets others see what you look at")
	case invites:
		m.say(theme.Muted, "everybody is asked to follow you; "+m.keyOf("invite")+" takes that back")
	default:
		m.say(theme.Muted, "nobody is asked to follow you any more")
	}
	return nil
}

// sayAlone says why there is nobody to follow or invite from here.
func (m *Model) sayAlone() {
	if m.readOnly != "" {
		m.say(theme.Muted, "this screen is not among the people of the room: "+m.readOnly)
		return
	}
	m.say(theme.Muted, "nobody else can come here; `warroom serve` is a room for many")
}

// invitation is the one that this screen's person has not answered; nil if there is none.
func (m *Model) invitation() *presence.Invitation {
	i := m.crowd.here.Invitation
	if i == nil || i.By == nil || i.ID == m.crowd.declined || i.By.ID == m.crowd.own() || i.By.ID == m.crowd.following.id {
		return nil
	}
	return i
}

// answerInvitation takes a key that answers an invitation; ok is false for any other key.
func (m *Model) answerInvitation(id string) (command tea.Cmd, ok bool) {
	i := m.invitation()
	if i == nil || m.overlay != overlayNothing {
		return nil, false
	}
	switch id {
	case "open":
		m.crowd.declined = i.ID // when it is over it is not asked again
		return m.follow(i.By), true
	case "back":
		m.crowd.declined = i.ID
		m.say(theme.Muted, "not now; "+m.keyOf("follow")+" lists whom you can follow")
		return nil, true
	}
	return nil, false
}

// banner is the invitation in the footer.
func (m *Model) banner() (label, bool) {
	i := m.invitation()
	if i == nil {
		return label{}, false
	}
	return label{token: theme.Accent, text: m.pen.marks.Bar + i.By.Person.Name + " asks you to follow: " + m.keyOf("open") + " accepts, " + m.keyOf("back") + " declines"}, true
}
