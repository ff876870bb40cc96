package room

import "strings"

// Earlier versions had a row for each account, and one for the public feed, of one Health
// event. Their keys are in journals and hold the event's ARN, so that what people did about
// any of those rows is about the one row of today:
//
//	health/prod/arn:aws:health:us-east-1::event/EC2/CODE/CODE_7f35c8ae
//	feed/arn:aws:health:us-east-1::event/EC2/CODE/CODE_7f35c8ae
//	health/arn:aws:health:us-east-1::event/CODE_7f35c8ae

// keyOfToday is a key as this version has it.
func keyOfToday(key string) string {
	if !strings.HasPrefix(key, healthPrefix) && !strings.HasPrefix(key, "feed/") {
		return key
	}
	if at := strings.Index(key, "/arn:"); at >= 0 {
		return HealthKey(key[at+1:])
	}
	return key
}

// ofToday is an event with the keys of this version.
func (e *Event) ofToday() *Event {
	if key := keyOfToday(e.Key); key != e.Key {
		renamed := *e
		renamed.Key = key
		e = &renamed
	}
	if e.Signal == nil {
		return e
	}
	if signal := e.Signal.ofToday(); signal != e.Signal {
		renamed := *e
		renamed.Signal = signal
		e = &renamed
	}
	return e
}

// ofToday is a signal with its key of this version. The signal may be nil.
func (s *Signal) ofToday() *Signal {
	if s == nil {
		return nil
	}
	key := keyOfToday(s.Key)
	if key == s.Key {
		return s
	}
	renamed := *s
	renamed.Key = key
	return &renamed
}

// and takes in what is known of the same signal under another key.
func (f *fact) and(o *fact) {
	if isLater(o.stamp, f.stamp) {
		f.stamp, f.signal = o.stamp, o.signal
	}
	f.raised, f.cleared = later(f.raised, o.raised), later(f.cleared, o.cleared)
	if o.more == nil {
		return
	}
	more := f.extra()
	if o.more.gone.After(more.gone) {
		more.gone = o.more.gone
	}
	if o.more.ack != nil {
		supersede(&more.ack, o.more.ack)
	}
	if o.more.claim != nil {
		supersede(&more.claim, o.more.claim)
	}
}
