package room

// Standing is where a signal stands between the world and the people in the room.
// Source: ANSI/ISA-18.2-2016, the alarm states normal, unacknowledged, acknowledged
// and returned to normal unacknowledged.
type Standing uint8

// The standings. New trouble, and trouble that grows from warning to critical, is
// Unacknowledged whatever was acknowledged before. That a signal becomes Unknown
// changes nothing: trouble is over when the world says OK, not when it falls silent.
const (
	Normal         Standing = iota // fine, and nobody need look
	Unacknowledged                 // in trouble, and nobody has said that they know
	Acknowledged                   // in trouble, and somebody has
	Cleared                        // over before anybody had said so: shown until somebody looks
)

// String gives the word that scripts read.
func (s Standing) String() string {
	return [...]string{"normal", "unacknowledged", "acknowledged", "cleared-unacknowledged"}[s]
}

// settled orders signals of one state: what somebody still has to look at first.
func (s Standing) settled() int {
	if s == Unacknowledged || s == Cleared {
		return 0
	}
	return 1
}

// bad says whether a state is trouble.
func (s State) bad() bool { return s == Critical || s == Warning }

// standing derives where a signal stands. It depends on the latest Stamp of each
// sort of event only, so that the order in which they arrive makes no difference.
func (f *fact) standing() Standing {
	active := isLater(f.raised, f.cleared)
	acked := f.acknowledged()
	switch {
	case f.raised == nil, acked && !active:
		return Normal
	case active && acked:
		return Acknowledged
	case active:
		return Unacknowledged
	}
	return Cleared
}

// acknowledged says whether the newest trouble has been.
func (f *fact) acknowledged() bool {
	ack := f.seldom().ack
	return ack != nil && ack.Type == EventAck && isLater(&ack.Stamp, f.raised)
}

// claimed says whether somebody is on it.
func (f *fact) claimed() bool {
	claim := f.seldom().claim
	return claim != nil && claim.Type == EventClaim
}

// raises says whether what is newly seen begins trouble that nobody knows of. That another
// source calls the same word of AWS about a Health event worse does not.
func (f *fact) raises(next *Signal) bool {
	if f == nil || f.signal == nil {
		return next.State.bad()
	}
	active := isLater(f.raised, f.cleared)
	grows := f.signal.State == Warning && next.State == Critical && !f.signal.judgedElsewhere(next)
	return next.State.bad() && !active || grows
}

// dressed is the signal as a Snapshot shows it: with its readings, and with what
// people made of it. One that has neither is shown as the event has it.
func (f *fact) dressed(series *Series, looks *Looks) *Signal {
	if f.signal == nil {
		return nil
	}
	standing := f.standing()
	claimed := f.claimed()
	if standing == Normal && !claimed && series.Len() == 0 {
		return f.signal
	}
	shown := *f.signal
	shown.Standing = standing
	shown.Series, shown.Looks = series, looks
	if standing == Acknowledged {
		shown.Ack = f.more.ack
	}
	if claimed {
		shown.Claim = f.more.claim
	}
	return &shown
}
