package awsfeed

import (
	"errors"
	"fmt"
	"strings"

	"warroom/internal/room"
	"warroom/sources"
)

// What people can do when AWS's own word is not to be had.
const (
	nothingToDo = "nothing to do here; own probes and alarms go on"
	turnOff     = "if this machine may not reach them, feeds: {off: true} ends the asking"
	statusPage  = "AWS's status page is at health.aws.amazon.com"
)

// outcome is what is wrong with a look, nil if nothing is: that nothing could be read,
// or which place was taken instead, or what of it could not be read.
func outcome(tries []*try, read *reading, taken int, banner *trouble) *sources.Failure {
	switch {
	case read == nil:
		return unknown(tries)
	case taken > 0:
		return fallback(tries, read, taken, banner)
	case read.odd > 0:
		return &sources.Failure{Partial: true, Err: banner.orNil(), Trouble: room.Trouble{
			What: fmt.Sprintf("AWS's public feed was read, but for %d of its %d events", read.odd, read.all),
			Why:  "they have a shape that is not known here, or only in part",
			Next: "all others are shown; " + withBanner(banner) + statusPage,
		}}
	case banner != nil:
		return &sources.Failure{Partial: true, Err: banner, Trouble: room.Trouble{
			What: "AWS's public feed was read, but not its announcement", Why: banner.why, Next: "all events are shown; " + nothingToDo,
		}}
	}
	return nil
}

// unknown is the failure when no place could be read: nothing is known, which is not
// that all is quiet.
func unknown(tries []*try) *sources.Failure {
	var whys []string
	var causes []error
	alike := true
	for _, each := range tries {
		if each.err == nil {
			continue // not asked any more
		}
		alike = alike && each.err.why == tries[0].err.why
		whys, causes = append(whys, each.name+": "+each.err.why), append(causes, each.err)
	}
	why := strings.Join(whys, "; ")
	if alike {
		why = tries[0].err.why + ", neither at " + tries[0].name + " nor at the mirrors and the RSS feed"
		if len(whys) < len(tries) {
			why = tries[0].err.why
		}
	}
	return &sources.Failure{Err: errors.Join(causes...), Trouble: room.Trouble{
		What: "AWS's public feeds could not be read", Why: why, Next: nothingToDo + "; " + turnOff,
	}}
}

// fallback is the warning when another place had to be taken.
func fallback(tries []*try, read *reading, taken int, banner *trouble) *sources.Failure {
	causes := []error{banner.orNil()}
	for _, each := range tries[:taken] {
		causes = append(causes, each.err)
	}
	next := tries[taken].place + " was taken instead (" + strings.TrimPrefix(read.feed, "history at ") + "), which may lack what is new, and does not prove that all is quiet"
	if banner != nil && banner != tries[0].err {
		next += "; " + strings.TrimSuffix(withBanner(banner), "; ")
	}
	if read.odd > 0 {
		next += fmt.Sprintf("; %d of its %d entries could not be read", read.odd, read.all)
	}
	return &sources.Failure{Partial: true, Err: errors.Join(causes...), Trouble: room.Trouble{
		What: "AWS's current public events could not be read", Why: tries[0].name + ": " + tries[0].err.why, Next: next,
	}}
}

// withBanner says that the banner could not be read either, if that is so.
func withBanner(banner *trouble) string {
	if banner == nil {
		return ""
	}
	return "its announcement could not be read either (" + banner.why + "); "
}

// orNil is the trouble as an error that is nil if there is none.
func (t *trouble) orNil() error {
	if t == nil {
		return nil
	}
	return t
}
