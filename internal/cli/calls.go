package cli

import "warroom/ui"

// callCounts is what was asked of AWS, for a screen. Safe for concurrent use.
func (w world) callCounts() []ui.CallCount {
	list := w.calls.List()
	counts := make([]ui.CallCount, len(list))
	for i, c := range list {
		counts[i] = ui.CallCount{
			Account: c.Account, Region: c.Region, Action: c.Action, PerMinute: c.PerMinute, Published: c.Published,
			Errors: c.Errors, Throttles: c.Throttles, Held: c.Held, Dollars: c.Dollars,
		}
	}
	return counts
}
