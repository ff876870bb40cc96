package drill

import (
	"sort"

	"warroom/internal/alarmrule"
)

// nowhere is the state of an alarm that is not in a composite's region: none that a rule
// could want.
const nowhere = "elsewhere"

// follow makes a composite alarm do what its rule says. done holds those that have
// been followed already, so that composites of composites come in their order.
func (w *story) follow(a *alarm, done map[*alarm]bool) error {
	if done[a] || a.kind() != "composite" {
		return nil
	}
	done[a] = true
	r, err := alarmrule.Parse(fill(a.cast.Rule, a.service, a.region))
	if err != nil {
		return err
	}
	children := map[string]*alarm{}
	causes := []happened{}
	for _, name := range r.Alarms() {
		child := w.alarm(alarmrule.Name(name), a.region)
		if child == nil {
			continue
		}
		if err := w.follow(child, done); err != nil {
			return err
		}
		children[name] = child
		for _, change := range child.changes {
			if change.at.After(w.scenario.Begin) {
				causes = append(causes, happened{alarm: child, turn: change})
			}
		}
	}
	sort.SliceStable(causes, func(i, j int) bool { return causes[i].at.Before(causes[j].at) })
	begin := happened{turn: turn{at: w.scenario.Begin}}
	for _, cause := range append([]happened{begin}, causes...) {
		to := "OK"
		if r.Holds(func(name string) string {
			if children[name] == nil {
				return nowhere
			}
			now, _ := latest(children[name].changes, cause.at)
			return now.to
		}) == alarmrule.Yes {
			to = "ALARM"
		}
		a.led(to, cause, w.scenario.Account)
	}
	return nil
}

// led takes a composite into a state for a cause, or to its first state without one.
func (a *alarm) led(to string, cause happened, account string) {
	first := &a.turns[0]
	switch {
	case cause.alarm == nil:
		first.to, first.why = to, a.arn(account)+" was created and its alarm rule evaluates to "+to
	case a.turns[len(a.turns)-1].to != to:
		a.turns = append(a.turns, turn{at: cause.at, to: to,
			why: cause.alarm.arn(account) + " transitioned to " + cause.to + " at " + cause.at.UTC().Format(compositeTime)})
	}
	a.changes = a.turns
}
