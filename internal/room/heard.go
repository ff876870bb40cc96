package room

import (
	"cmp"
	"time"
)

// said is when a signal was as it is, by the world's own clock.
func said(s *Signal) time.Time {
	if detail, ok := s.Detail.(*HealthDetail); ok && !detail.Updated.IsZero() {
		return detail.Updated
	}
	return s.Since
}

// aheadLimit is how far ahead of our own clock a message may be dated. It is three times what
// AWS lets a caller's clock be off. Source: IAM User Guide, "Troubleshoot Signature Version 4".
const aheadLimit = 15 * time.Minute

// counts is from when a signal is known to be as it is. What a message dates far ahead counts
// from when it was heard: one wrong date must not hold against all that comes until then.
func (s *Signal) counts() time.Time {
	at := said(s)
	if !s.Heard.IsZero() && at.Sub(s.Heard) > aheadLimit {
		return s.Heard
	}
	return at
}

// turnWithin is by how much a message and a look may differ about the moment of one turn of
// an alarm: looks give thousandths of a second, and not always the same ones.
const turnWithin = time.Second

// sameTurn says whether a message about an alarm in a state may be of the turn that a look
// has shown at another moment. Of two messages each has its own.
func (s *Signal) sameTurn(shown *Signal, at, shownAt time.Time) bool {
	return s.Kind == KindAlarm && shown.Heard.IsZero() && s.State == shown.State && s.Word == shown.Word && at.Sub(shownAt).Abs() < turnWithin
}

// of gives a message about the turn that a look has shown last the moment of the look.
func (m *Message) of(known *fact) {
	if m.Gone || !known.there() || !m.Signal.sameTurn(known.signal, m.At, known.signal.Since) {
		return
	}
	m.At, m.Signal.Since = known.signal.Since, known.signal.Since
}

// Late says whether a signal is what a message said that had been held up on its way for
// so long that nobody is called for it.
func (s *Signal) Late() bool { return s.Heard.Sub(said(s)) > heardLate }

// heardLately says whether a message told of a signal so lately that a look need not show
// it yet.
func (s *Signal) heardLately(at time.Time) bool {
	return !s.Heard.IsZero() && at.Sub(s.Heard) < heardHolds
}

// outdates says whether a look at a signal shows what a message knew better, which may have
// lagged for as long as it likes: the world's own clock alone decides.
func (s *Signal) outdates(seen *Signal) bool {
	return !s.Heard.IsZero() && !seen.Since.IsZero() && said(seen).Add(seen.Lasted).Before(s.counts())
}

// despite is a signal as a message told it, with the rule that a look shows now, which is
// right about that and lags behind in the state.
func (s *Signal) despite(seen *Signal, at time.Time) *Signal {
	kept := *seen
	kept.State, kept.Word, kept.Reason, kept.Since, kept.Heard = s.State, s.Word, s.Reason, s.Since, s.Heard
	told, ok := s.Detail.(*AlarmDetail)
	shown, ok2 := seen.Detail.(*AlarmDetail)
	if !ok || !ok2 {
		kept.Detail = s.Detail
		return &kept
	}
	detail := *shown
	if s.Word != seen.Word {
		detail.Push = &Push{Against: seen.Word}
	}
	if s.Word != seen.Word || s.heardLately(at) {
		detail.Evaluation, detail.Suppressed, detail.Suppressor = told.Evaluation, told.Suppressed, joinedSuppressor(shown.Suppressor, told.Suppressor, true)
	}
	if told.Mute != nil && told.Mute.Until.After(at) {
		detail.Mute = cmp.Or(detail.Mute, told.Mute)
	}
	kept.Detail = &detail
	return &kept
}

// goOn takes over what a look at a signal does not say of what is known already.
func (s *Signal) goOn(seen *Signal) {
	if s.State == seen.State && said(s).Equal(said(seen)) {
		seen.Heard = s.Heard
	}
}

// joined is what is known of a signal together with what another word says. newer says
// that the other word counts where the two differ.
func joined(known, other *Signal, newer bool) Detail {
	a, ok := known.Detail.(*AlarmDetail)
	b, ok2 := other.Detail.(*AlarmDetail)
	if !ok || !ok2 {
		return other.Detail
	}
	if known.Scope.Source == PushSource {
		return joinedMessages(a, b, newer)
	}
	return joinedAlarm(a, b, newer)
}

// joinedMessages is what two messages say of an alarm at which nobody looks: how it stands
// as the newer one says, and its rule as AWS sent it last, which need not be the same one.
func joinedMessages(a, b *AlarmDetail, newer bool) *AlarmDetail {
	switch {
	case !b.ruled():
		return joinedAlarm(a, b, newer)
	case a.ruled() && !b.defined().After(a.defined()):
		b, a = a, b
		newer = !newer
	}
	whole := *b
	whole.ARN, whole.Type = cmp.Or(b.ARN, a.ARN), cmp.Or(b.Type, a.Type)
	if !newer {
		whole.Suppressed, whole.Mute, whole.Evaluation = a.Suppressed, a.Mute, a.Evaluation
		whole.Suppressor = joinedSuppressor(b.Suppressor, a.Suppressor, true)
	}
	return &whole
}

// ruled says whether an alarm's rule is known.
func (d *AlarmDetail) ruled() bool {
	judging := d.judging()
	return judging.Metric != "" || d.Rule != "" || judging.Comparison != ""
}

// joinedAlarm keeps the rule that a look has shown, of which messages tell only a part.
func joinedAlarm(a, b *AlarmDetail, newer bool) *AlarmDetail {
	whole, judging, other := *a, a.judging(), b.judging()
	whole.Judging = &judging
	if newer {
		whole.Suppressed, whole.Mute, whole.Evaluation = b.Suppressed, b.Mute, ""
	}
	whole.ARN, whole.Type, whole.Description = cmp.Or(a.ARN, b.ARN), cmp.Or(a.Type, b.Type), cmp.Or(a.Description, b.Description)
	whole.Rule, whole.Suppressor = cmp.Or(a.Rule, b.Rule), joinedSuppressor(a.Suppressor, b.Suppressor, newer)
	if judging.Metric == "" {
		judging.Namespace, judging.Metric, judging.Statistic, judging.Period, whole.Dimensions = other.Namespace, other.Metric, other.Statistic, other.Period, b.Dimensions
	}
	judging.Comparison, judging.Threshold = cmp.Or(judging.Comparison, other.Comparison), cmp.Or(judging.Threshold, other.Threshold)
	judging.Missing, judging.Evaluate, judging.Breach = cmp.Or(judging.Missing, other.Missing), cmp.Or(judging.Evaluate, other.Evaluate), cmp.Or(judging.Breach, other.Breach)
	return &whole
}

// joinedSuppressor is why the newer word says that a composite is suppressed, and by which
// alarm either does.
func joinedSuppressor(a, b *Suppressor, newer bool) *Suppressor {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	whole := Suppressor{Alarm: cmp.Or(a.Alarm, b.Alarm), Why: a.Why, Wait: cmp.Or(a.Wait, b.Wait), Extension: cmp.Or(a.Extension, b.Extension)}
	if newer {
		whole.Why = b.Why
	}
	return &whole
}

// undisputed is what a newer message says, of which no look has said anything yet.
func undisputed(d Detail) Detail {
	alarm, ok := d.(*AlarmDetail)
	if !ok || alarm.Disputed() == "" {
		return d
	}
	told := *alarm
	told.Push = nil
	return &told
}
