package room

import (
	"strings"
	"sync"
	"time"
)

// What AlarmDetail.Suppressed says while CloudWatch only waits for a composite's suppressor:
// to go into ALARM, or after it went out of it.
const (
	SuppressedByWait      = "wait period"
	SuppressedByExtension = "extension period"
)

// Suppression is what can be said of the end of a composite alarm's suppression.
type Suppression struct {
	// Until is when it ends at the latest, unless the suppressor goes into ALARM (again)
	// before; zero if no end is known.
	Until time.Time
	By    *Signal // the suppressor as the room knows it; nil if it is not watched
}

// Suppression judges until when an alarm's actions are suppressed; ok is false if nothing
// suppresses them. Each period is as AWS counts it: the wait from the composite's own
// change of state, the extension from when its suppressor went out of ALARM. Source:
// "Suppressing composite alarm actions", CloudWatch User Guide.
func (s *Snapshot) Suppression(alarm *Signal) (end Suppression, ok bool) {
	detail, isAlarm := alarm.Detail.(*AlarmDetail)
	if !isAlarm || detail.Suppressed == "" {
		return end, false
	}
	if detail.Suppressor == nil {
		return end, true
	}
	end.By = s.suppressor(alarm, detail)
	switch detail.Suppressed {
	case SuppressedByWait:
		end.Until = after(alarm.Since, detail.Suppressor.Wait)
	case SuppressedByExtension:
		// It may have gone on from OK to INSUFFICIENT_DATA since, so that this is the latest.
		if end.By != nil && end.By.State != Critical {
			end.Until = after(end.By.Since, detail.Suppressor.Extension)
		}
	}
	return end, true
}

// after is the end of a period; zero if its beginning or its length is not known.
func after(begin time.Time, length time.Duration) time.Time {
	if begin.IsZero() || length <= 0 {
		return time.Time{}
	}
	return begin.Add(length)
}

// alarmARN is what stands before an alarm's name in its ARN.
const alarmARN = ":alarm:"

// suppressor is the alarm that suppresses a composite, which lives in the same account and
// region; nil if the room does not know it.
func (s *Snapshot) suppressor(alarm *Signal, detail *AlarmDetail) *Signal {
	name := detail.Suppressor.Alarm
	if place, short, isARN := strings.Cut(name, alarmARN); isARN {
		if own, _, _ := strings.Cut(detail.ARN, alarmARN); own != place {
			return nil
		}
		name = short
	}
	list := s.Of(KindAlarm)
	return list.suppressors.find(list.Signals, nameAt{alarm.Account, alarm.Region, name})
}

// nameAt is an alarm's name where it is one alarm.
type nameAt struct{ account, region, name string }

// suppressors are the alarms of one List that suppress others at the moment, found once a
// List: rows ask for them with every frame, and there may be 50,000 alarms.
type suppressors struct {
	once sync.Once
	by   map[nameAt]*Signal // nil for those that are not watched
}

func (f *suppressors) find(all []*Signal, wanted nameAt) *Signal {
	if f == nil {
		return nil
	}
	f.once.Do(func() {
		f.by = make(map[nameAt]*Signal)
		for _, s := range all {
			if detail, ok := s.Detail.(*AlarmDetail); ok && detail.Suppressed != "" && detail.Suppressor != nil {
				name := detail.Suppressor.Alarm
				if _, short, isARN := strings.Cut(name, alarmARN); isARN {
					name = short
				}
				f.by[nameAt{s.Account, s.Region, name}] = nil
			}
		}
		for _, s := range all {
			at := nameAt{s.Account, s.Region, s.Title}
			if _, suppresses := f.by[at]; suppresses {
				f.by[at] = s
			}
		}
	})
	return f.by[wanted]
}
