package awshealth

import (
	"context"
	"errors"

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
func (w *watch) look(ctx context.Context, report sources.Report) error {
	w.pass++
	for _, known := range w.known {
		known.shown = false
	}
	failed := w.list(ctx, report)
	if failed[0] != nil && failed[1] != nil {
		return w.neither(failed)
	}
	partial := failed[0] != nil || failed[1] != nil
	w.settle(partial)
	textError := w.describe(ctx, failed, report)
	entityError := w.impact(ctx, failed)
	w.show(report)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return awsclient.Failure(what, ctx.Err())
	case partial:
		return w.oneSided(failed)
	case textError != nil:
		return lacking("AWS Health was read without the newest texts", textError)
	case entityError != nil:
		return lacking("AWS Health was read without the affected resources", entityError)
	}
	return nil
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

// neither is the failure when both regions failed.
func (w *watch) neither(failed [2]error) *sources.Failure {
	first, second := awsclient.Classify(failed[0]), awsclient.Classify(failed[1])
	failure := awsclient.Failure(what, failed[0])
	failure.Err = errors.Join(failed[:]...)
	switch {
	case first.Why == second.Why:
	case first.Name == second.Name:
		failure.Why += ", and " + w.endpoints[1].region + " is no better"
	default:
		failure.Why += "; " + w.endpoints[1].region + ": " + second.Why
	}
	return failure
}

// oneSided is the warning when one region answered and the other did not.
func (w *watch) oneSided(failed [2]error) *sources.Failure {
	answered, silent := 0, 1
	if failed[0] != nil {
		answered, silent = 1, 0
	}
	failure := awsclient.Failure(w.endpoints[answered].region+" answered for AWS Health, "+
		w.endpoints[silent].region+" did not", failed[silent])
	failure.Next = "what is shown may lag behind by some minutes; " + failure.Next
	failure.Partial = true
	return failure
}

// lacking is the warning when every event was seen, but not all about it.
func lacking(what string, err error) *sources.Failure {
	failure := awsclient.Failure(what, err)
	failure.Partial = true
	return failure
}
