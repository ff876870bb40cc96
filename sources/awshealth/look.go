package awshealth

import (
	"context"
	"errors"
	"slices"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// what begins the sentence when nothing could be read.
const what = "AWS Health could not be read"

// look asks both regions for the list of events, reports each page as it comes,
// then fetches what the list does not have:
//
//	us-east-1  list ─┐ newest version  ┌─ texts of what is new or changed ─┐
//	us-east-2  list ─┴─ of each event ─┴─ resources of issues and plans ───┴─ done
//
// The events of an organization are also asked which accounts they concern.
func (w *watch) look(ctx context.Context, report sources.Report) error {
	w.listed = false
	if w.putOff(&w.noPlan) {
		return w.noPlan.failure
	}
	w.wide = w.options.Organization && !w.putOff(&w.narrow)
	w.asked.Store(false)
	w.pass++
	for _, known := range w.known {
		known.shown = false
	}
	failed := w.list(ctx, report)
	answered, silent := divide(failed)
	narrow := w.narrow.failure
	if w.wide && len(answered) == 0 && slices.ContainsFunc(failed, rejected) {
		refusals := failed
		w.wide = false
		failed = w.list(ctx, report)
		if answered, silent = divide(failed); len(answered) > 0 {
			narrow = w.narrowedBy(refusals)
		}
	}
	switch {
	case len(answered) > 0:
	case slices.ContainsFunc(failed, lacksPlan):
		w.noPlan = w.refused(w.withoutPlan(failed))
		w.noPlan.failure.Again = w.noPlan.until
		return w.noPlan.failure
	default:
		return w.neither(failed)
	}
	w.settle(len(silent) > 0 || narrow != nil && w.wasWide)
	w.listed = len(silent) == 0
	w.whole, w.wasWide = w.whole || len(silent) == 0, w.wasWide || w.wide
	concernError := w.concern(ctx, failed)
	textError := w.describe(ctx, failed, report)
	entityError := w.impact(ctx, failed)
	w.show(report)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return awsclient.Failure(what, ctx.Err())
	case len(silent) > 0:
		return w.oneSided(answered[0], silent[0], failed)
	case textError != nil:
		return lacking("AWS Health was read without the newest texts", textError)
	case concernError != nil:
		return lacking("AWS Health was read without the accounts it concerns", concernError)
	case entityError != nil:
		return lacking("AWS Health was read without the affected resources", entityError)
	case narrow != nil:
		return narrow
	}
	return nil
}

// refused notes what AWS does not give.
func (w *watch) refused(failure *sources.Failure) refusal {
	return refusal{failure, w.clock.Now().Add(refusedAgain)}
}

// putOff says whether AWS refused something so lately that it is not asked again yet,
// unless a person asks.
func (w *watch) putOff(r *refusal) bool {
	if r.failure != nil && !w.asked.Load() && w.clock.Now().Before(r.until) {
		return true
	}
	*r = refusal{}
	return false
}

// settle drops what is over. While one region is silent, the events that only it
// knew are kept as they were last seen.
func (w *watch) settle(partial bool) {
	now := w.clock.Now()
	for arn, known := range w.known {
		if known.pass != w.pass && (!partial || known.outdated(now)) {
			delete(w.known, arn)
		}
	}
}

// show reports every event that has not been reported since it changed.
func (w *watch) show(report sources.Report) {
	var signals []room.Signal
	for _, known := range w.known {
		if !known.shown {
			known.shown = true
			signals = append(signals, w.signal(known))
		}
	}
	if len(signals) > 0 {
		report(signals)
	}
}

// divide tells the endpoints that answered from those that did not.
func divide(failed []error) (answered, silent []int) {
	for i, err := range failed {
		if err == nil {
			answered = append(answered, i)
		} else {
			silent = append(silent, i)
		}
	}
	return answered, silent
}

func lacksPlan(err error) bool { return awsclient.Classify(err).Name == awsclient.CauseSubscription }

// withoutPlan is what there is to say of an account whose support plan has no Health
// API. That is no outage: where AWS's public feed is read, the room is not blind.
func (w *watch) withoutPlan(failed []error) *sources.Failure {
	failure := awsclient.Failure(what, failed[slices.IndexFunc(failed, lacksPlan)])
	if w.options.PublicFeed {
		failure.What = "AWS Health is read from AWS's public feed"
		failure.Why = "this account's support plan does not include the Health API"
		failure.Next = "nothing to mend: what AWS tells this account alone, and which resources it means, is not seen"
		failure.Partial = true
	}
	return failure
}

// neither is the failure when no region answered.
func (w *watch) neither(failed []error) *sources.Failure {
	first, last := awsclient.Classify(failed[0]), awsclient.Classify(failed[len(failed)-1])
	failure := awsclient.Failure(what, failed[0])
	failure.Err = errors.Join(failed...)
	other := w.endpoints[len(failed)-1].region
	switch {
	case first.Why == last.Why:
	case first.Name == last.Name:
		failure.Why += ", and " + other + " is no better"
	default:
		failure.Why += "; " + other + ": " + last.Why
	}
	return failure
}

// oneSided is the warning when one region answered and the other did not.
func (w *watch) oneSided(answered, silent int, failed []error) *sources.Failure {
	failure := awsclient.Failure(w.endpoints[answered].region+" answered for AWS Health, "+
		w.endpoints[silent].region+" did not", failed[silent])
	failure.Next = "what is shown may lag behind by some minutes; " + failure.Next
	// What a room was left with may be what only the silent region knows.
	failure.Partial, failure.Lacks = true, !w.whole && w.clock.Now().Sub(w.began) < leftFor
	return failure
}

// lacking is the warning when every event was seen, but not all about it.
func lacking(what string, err error) *sources.Failure {
	failure := awsclient.Failure(what, err)
	failure.Partial = true
	return failure
}
