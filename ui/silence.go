package ui

import (
	"fmt"
	"time"

	"warroom/internal/alarmrule"
	"warroom/internal/room"
	"warroom/theme"
)

// silenced is put before the name of an alarm whose actions somebody has silenced: it may
// burn, and CloudWatch tells nobody.
func silenced(alarm *room.Signal) string {
	detail, ok := alarm.Detail.(*room.AlarmDetail)
	switch {
	case !ok:
		return ""
	case detail.Mute != nil:
		return "muted: "
	case detail.Suppressed != "":
		return "suppressed: "
	}
	return ""
}

// disputed is what CloudWatch's API still says of an alarm although a message told something
// newer; "" if the two agree.
func disputed(signal *room.Signal) string {
	if detail, ok := signal.Detail.(*room.AlarmDetail); ok {
		return detail.Disputed()
	}
	return ""
}

// pushed is put before the name of an alarm that stands as a message told it, and not as
// CloudWatch's API says.
func pushed(alarm *room.Signal) string {
	if disputed(alarm) == "" {
		return ""
	}
	return "pushed: "
}

// silencedUntil is by what, and until when as far as anybody knows, for rows with room to
// spare: "until 14:30:00 by nightly-backup". The details say more.
func (p *pen) silencedUntil(s *room.Snapshot, alarm *room.Signal) string {
	detail, ok := alarm.Detail.(*room.AlarmDetail)
	switch {
	case !ok:
		return ""
	case detail.Mute != nil && detail.Mute.Until.IsZero():
		return "by " + detail.Mute.By
	case detail.Mute != nil:
		return "until " + p.soon(detail.Mute.Until) + " by " + detail.Mute.By
	case detail.Suppressed == "" || detail.Suppressor == nil:
		return ""
	}
	by := alarmrule.Name(detail.Suppressor.Alarm)
	end, _ := s.Suppression(alarm)
	switch known := !end.Until.IsZero(); {
	case detail.Suppressed == room.SuppressedByWait && known:
		return "until " + p.soon(end.Until) + " for " + by
	case detail.Suppressed == room.SuppressedByWait:
		return "waits for " + by
	case detail.Suppressed == room.SuppressedByExtension && known:
		return "until " + p.soon(end.Until) + " after " + by
	case detail.Suppressed == room.SuppressedByExtension:
		return "after " + by
	}
	return "while " + by + " is in ALARM"
}

// soon is a moment of the next day, and the date of one after.
func (p *pen) soon(t time.Time) string {
	if t.Sub(p.now) > 24*time.Hour {
		return p.zoned(t).Format("2006-01-02")
	}
	return p.moment(t)
}

// silence says what keeps the alarm's actions from being taken, and until when.
func (g *page) silence(alarm *room.Signal, d *room.AlarmDetail) {
	end, suppressed := g.shown.Suppression(alarm)
	switch {
	case suppressed:
		g.fieldIn(theme.Warning, "suppressed", "by "+d.Suppressed+because(why(d.Suppressor)))
		g.fieldIn(theme.Warning, "until", g.suppressedUntil(d, end))
	case d.Suppressor != nil:
		g.field("suppressor", d.Suppressor.Alarm+", which does not suppress it now")
	}
	if d.Mute == nil {
		return
	}
	until := "nobody knows until when"
	if !d.Mute.Until.IsZero() {
		until = "until " + g.pen.date(d.Mute.Until)
	}
	if !d.Mute.As.IsZero() {
		until += ", as of " + since(g.pen.now, d.Mute.As) + " ago: CloudWatch could not be asked since"
	}
	g.fieldIn(theme.Warning, "muted", "by the mute rule "+d.Mute.By+", "+until)
}

func why(s *room.Suppressor) string {
	if s == nil {
		return ""
	}
	return s.Why
}

// suppressedUntil is what can be said of a suppression's end, and why no more can be.
func (g *page) suppressedUntil(d *room.AlarmDetail, end room.Suppression) string {
	if d.Suppressor == nil {
		return "not known: by which alarm was not told"
	}
	by, when := alarmrule.Name(d.Suppressor.Alarm), g.pen.date(end.Until)
	switch over := !end.Until.IsZero() && !end.Until.After(g.pen.now); d.Suppressed {
	case room.SuppressedByWait:
		switch {
		case end.Until.IsZero():
			return "not known: it waits for " + by + " to go into ALARM, and for how long was not told"
		case over:
			return when + ", which is over; CloudWatch has not told yet what came of it"
		}
		return when + ", unless " + by + " goes into ALARM before"
	case room.SuppressedByExtension:
		length := "some time"
		if d.Suppressor.Extension > 0 {
			length = age(d.Suppressor.Extension)
		}
		switch {
		case end.By == nil:
			return "not known: " + length + " after " + by + " went out of ALARM, and that alarm is not watched by this room"
		case end.Until.IsZero():
			return "not known: " + length + " after " + by + " went out of ALARM, and when it did is not known yet"
		case over:
			return when + " at the latest, which is over; CloudWatch has not told yet what came of it"
		}
		return when + " at the latest: " + length + " after " + by + " went out of ALARM"
	}
	text := "no end is known: as long as " + by + " is in ALARM"
	if d.Suppressor.Extension > 0 {
		text += ", and up to " + age(d.Suppressor.Extension) + " longer"
	}
	switch {
	case end.By == nil:
		return text + "; that alarm is not watched by this room, so since when is not known"
	case end.By.State != room.Critical:
		return text + fmt.Sprintf("; this room saw it last in %s", end.By.Word)
	}
	return text + fmt.Sprintf("; it is since %s (%s)", g.pen.date(end.By.Since), since(g.pen.now, end.By.Since))
}
