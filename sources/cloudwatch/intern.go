package cloudwatch

// internLimit bounds what is remembered: more metric names, thresholds, resources
// and texts of descriptions than most regions have.
const internLimit = 8192

// interner keeps one copy of each text that many alarms share. What comes after
// internLimit different texts is used as it is.
type interner map[string]string

func (i interner) intern(s string) string {
	if known, ok := i[s]; ok {
		return known
	}
	if len(i) < internLimit {
		i[s] = s
	}
	return s
}
