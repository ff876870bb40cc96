package drill

import "time"

// suppression is why a composite's actions are not taken at a time, and since when: "" if
// they are. Source: "Suppressing composite alarm actions", CloudWatch User Guide.
func (w *story) suppression(a *alarm, now time.Time) (by, why string, since time.Time) {
	suppressor := w.alarm(fill(a.cast.Suppressor, a.service, a.region), a.region)
	if a.cast.Suppressor == "" || suppressor == nil {
		return "", "", since
	}
	was, _ := latest(suppressor.changes, now)
	own, _ := latest(a.changes, now)
	before, known := latest(suppressor.changes, was.at.Add(-1))
	switch {
	case was.to == "ALARM":
		return "Alarm", "Actions suppressed by " + suppressor.name, was.at
	case known && before.to == "ALARM" && now.Before(was.at.Add(a.cast.Extension)):
		return "ExtensionPeriod", "Actions suppressed by ExtensionPeriod", was.at
	case own.to == "ALARM" && now.Before(own.at.Add(a.cast.Wait)):
		return "WaitPeriod", "Actions suppressed by WaitPeriod", own.at
	}
	return "", "", since
}

// suppress adds to a composite, as DescribeAlarms gives it, what suppresses it.
func (w *story) suppress(a *alarm, out map[string]any, now time.Time) {
	if a.cast.Suppressor == "" {
		return
	}
	out["ActionsSuppressor"] = fill(a.cast.Suppressor, a.service, a.region)
	out["ActionsSuppressorWaitPeriod"], out["ActionsSuppressorExtensionPeriod"] = int(a.cast.Wait.Seconds()), int(a.cast.Extension.Seconds())
	by, why, since := w.suppression(a, now)
	if by == "" {
		return
	}
	out["ActionsSuppressedBy"], out["ActionsSuppressedReason"] = by, why
	if since.After(out["StateUpdatedTimestamp"].(time.Time)) {
		out["StateUpdatedTimestamp"] = since
	}
}
