package config

import (
	"regexp"
	"strconv"
	"time"
)

// Answers is what a name server has to answer.
type Answers struct {
	Are           []string      `yaml:"are,omitempty" doc:"These values and no others, in whatever order." usual:"any values" example:"[192.0.2.1, 192.0.2.2]"`
	Have          []string      `yaml:"have,omitempty" doc:"These values, among others." usual:"any values" example:"[10 mail.example.com]"`
	Count         string        `yaml:"count,omitempty" doc:"How many values: a number, or a range with two dots, which may be open." usual:"any number" example:"\"2..4\""`
	TTL           time.Duration `yaml:"ttl,omitempty" doc:"How long each may be kept at least; a resolver that hands on counts down." usual:"any time" example:"30s"`
	Authoritative bool          `yaml:"authoritative,omitempty" doc:"The name server must be one that the zone is kept at (AA)." default:"false"`
}

// countPattern is "2", "2..4", "2.." or "..4".
var countPattern = regexp.MustCompile(`^(?:([1-9][0-9]{0,3})|([1-9][0-9]{0,3})\.\.([1-9][0-9]{0,3})?|\.\.[1-9][0-9]{0,3})$`)

// checkAnswers looks at expect.answers.
func (r *reader) checkAnswers(path string, a *Answers) {
	said := countPattern.FindStringSubmatch(a.Count)
	switch {
	case a.Count == "":
	case said == nil:
		r.wrong(path+".count", "%s is no number of answers; write it like 2, 2..4, 2.. or ..4", quote(a.Count))
	case said[3] != "":
		from, _ := strconv.Atoi(said[2])
		if to, _ := strconv.Atoi(said[3]); from > to {
			r.wrong(path+".count", "the range %s runs backwards; write %d..%d", quote(a.Count), to, from)
		}
	}
	for key, values := range map[string][]string{".are": a.Are, ".have": a.Have} {
		if r.given(path+key) && len(values) == 0 {
			r.wrong(path+key, "the list is empty; write a value, or take this away")
		}
	}
	if len(a.Are) > 0 && r.given(path+".have") {
		r.wrong(path+".have", "are says already what all the answers are; keep one of the two")
	}
}
