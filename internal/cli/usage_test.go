package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// raw is what libraries say to those who write programs, and not to those who use them.
var raw = []string{"strconv", "time:", "invalid", "arg(s)", "argument", "unknown", "syntax", "parse error", "flag needs"}

func TestMistakesInFlagsAndWordsAreToldInPlainSentences(t *testing.T) {
	alone(t)
	for _, c := range []struct{ line, want string }{
		{"--nonsense", "warroom: there is no flag --nonsense; warroom --help lists them"},
		{"-x", "warroom: there is no flag -x; warroom --help lists them"},
		{"drill --sped 60", `warroom: drill has no flag --sped; did you mean "--speed"?`},
		{"drill -speed 60", `warroom: drill has no flag -speed; did you mean "--speed"?`},
		{"drill --reigon x", "warroom: drill has no flag --reigon"},
		{"status --jsno", `warroom: status has no flag --jsno; did you mean "--json"?`},
		{"--config", "warroom: --config needs a value; write --config FILE"},
		{"drill --speed", "warroom: --speed needs a value; write --speed N"},
		{"drill --speed fast", `warroom: --speed: "fast" is not a number; write one such as 60`},
		{"status --timeout abc", `warroom: --timeout: "abc" is not a length of time; write a number with ms, s, m or h, such as 10s`},
		{"status --json=maybe", `warroom: --json: "maybe" is neither true nor false; write --json alone`},
		{`--region "a`, `warroom: --region: "\"a" is not a list; write words with commas between them, without quotes`},
		{"status --=x", "warroom: --=x is not written as a flag is; write --name or --name=value, and see warroom status --help"},
		{"dril", `warroom: there is no command "dril"; did you mean "drill"?`},
		{"qwertz", `warroom: there is no command "qwertz"; warroom --help lists them`},
		{"config shwo", `warroom: config has no command "shwo"; did you mean "show"?`},
		{"help dril", `warroom: there is no command "dril"; did you mean "drill"?`},
		{"completion bahs", `warroom: completion has no command "bahs"; did you mean "bash"?`},
		{"completion bash x", `warroom: completion bash takes nothing more, and there is "x"; take it away, or see warroom completion bash --help`},
		{"status all", `warroom: status takes nothing more, and there is "all"; take it away, or see warroom status --help`},
		{"drill one two", `warroom: drill takes one SCENARIO and nothing more, and there is "two"; take it away, or see warroom drill --help`},
		{"man page", `warroom: man takes nothing more, and there is "page"; take it away`},
	} {
		status, out, stderr := run(t, strings.Fields(c.line)...)
		if status != exitCannot || stderr != c.want+"\n" && !strings.HasPrefix(stderr, c.want+"; ") || out != "" {
			t.Errorf("warroom %s: status %d, out %q, stderr\n%swant status 2 and\n%s", c.line, status, out, stderr, c.want)
		}
		for _, words := range raw {
			if strings.Contains(stderr, words) {
				t.Errorf("warroom %s: people are shown %q", c.line, stderr)
			}
		}
	}
}

func TestAWordThatATerminalCouldActOnIsQuoted(t *testing.T) {
	alone(t)
	if _, _, stderr := run(t, "--no\x1b[31mred"); strings.Contains(stderr, "\x1b") || !strings.Contains(stderr, `\x1b[31mred`) {
		t.Errorf("%q", stderr)
	}
}

func TestWhatATerminalWouldObeyIsNotPrintedInErrors(t *testing.T) {
	dir := alone(t)
	const evil = "\x1b]52;c;ZXZpbA==\a\x1b[2J\u202e"
	write(t, filepath.Join(dir, evil), "")
	write(t, filepath.Join(dir, "two.yaml"), "okk: blue\ncritical: redd\n")
	for _, args := range [][]string{
		{"--log", "no/" + evil}, {"config", "init", evil}, {"config", "init", "no/" + evil}, {"config", "init", "--config", evil},
		{"drill", evil}, {"drill", evil + ".yaml"}, {"--theme", evil}, {"--theme", "./" + evil + ".yaml"},
		{"--config", evil + ".yaml"}, {"status", "--region", evil}, {evil}, {"drill", "--from", evil}, {"drill", "--speed", evil},
	} {
		status, out, stderr := run(t, args...)
		if status != exitCannot || strings.ContainsFunc(stderr, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' }) || out != "" {
			t.Errorf("warroom %q: status %d, out %q, stderr %q", args, status, out, stderr)
		}
	}
	if _, out, _ := run(t, "config", "init", evil+".conf"); strings.Contains(out, "\x1b") {
		t.Errorf("%q", out)
	}
	_, _, stderr := run(t, "--theme", "two.yaml")
	if want := "\n   2 | critical: redd\n     |           ^\n"; !strings.HasSuffix(stderr, want) || strings.Count(stderr, "^") != 2 {
		t.Errorf("the carets do not stand under the mistakes:\n%s", stderr)
	}
}

func TestHelpShowsNoMarksOfTheLibrariesAndSpellsAWSRight(t *testing.T) {
	alone(t)
	for _, args := range [][]string{{}, {"drill"}, {"status"}, {"check"}, {"config", "init"}, {"completion"}, {"completion", "zsh"}, {"help"}} {
		status, out, _ := run(t, append(args, "--help")...)
		if status != exitCalm || strings.Contains(out, "`") || strings.Contains(out, "Aws") {
			t.Errorf("warroom %v --help: status %d\n%s", args, status, out)
		}
	}
}

func TestADrillDoesNotOfferWhatItDoesNotTake(t *testing.T) {
	alone(t)
	_, drill, _ := run(t, "drill", "--help")
	_, status, _ := run(t, "status", "--help")
	for _, name := range outside {
		if strings.Contains(drill, "--"+name) || !strings.Contains(status, "--"+name) {
			t.Errorf("--%s is in the help of the drill, or missing from that of status", name)
		}
	}
}
