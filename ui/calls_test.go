package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestCallsOfAWSAreToldInATable(t *testing.T) {
	clock := &standing{now: noon}
	for _, c := range []struct {
		width int
		want  []string // each the cells of one line, in order
	}{
		{140, []string{
			"64.4 calls a minute, about $21.91 a month",
			"account action region a minute of AWS's limit errors, throttled a month",
			"111122223333 cloudwatch:DescribeAlarms us-east-1 54.0 10.0 % 3, 2, held 8s –",
			"111122223333 cloudwatch:GetMetricData us-east-1 2.0 0.0 % 0 $21.91",
			"payments health:DescribeEvents us-east-1 8.4 1 < $0.01",
		}},
		{240, []string{"payments health:DescribeEvents us-east-1 8.4 1 < $0.01"}},
		{80, []string{"cloudwatch:DescribeAlarms us-east-1 54.0 3, 2, held 8s"}},
	} {
		m := screen(t, world(clock), clock, c.width, 40, func(o *Options) {
			o.Calls = func() []CallCount {
				return []CallCount{
					{Account: "111122223333", Region: "us-east-1", Action: "cloudwatch:DescribeAlarms", PerMinute: 54, Published: 540, Errors: 3, Throttles: 2, Held: 8 * time.Second},
					{Account: "111122223333", Region: "us-east-1", Action: "cloudwatch:GetMetricData", PerMinute: 2, Published: 30000, Dollars: 21.901},
					{Account: "payments", Region: "us-east-1", Action: "health:DescribeEvents", PerMinute: 8.4, Errors: 1, Dollars: 0.001},
				}
			}
		})
		command(t, m, "calls")
		frame := plainFrame(m)
		var lines []string
		for line := range strings.Lines(frame) {
			lines = append(lines, strings.Join(strings.Fields(strings.Trim(ansi.Strip(line), "│ \n")), " "))
		}
		all := strings.Join(lines, "\n")
		for line := range strings.Lines(frame) { // a row holds together, and is as wide as its pane
			if before, after, ok := strings.Cut(line, "DescribeAlarms"); ok && (strings.Contains(after, strings.Repeat(" ", 12)+"us-east-1") || len(before) == 0 || !strings.HasSuffix(strings.TrimSpace(after), "│")) {
				t.Errorf("%d wide: a row is %q", c.width, line)
			}
		}
		for _, want := range c.want {
			if !strings.Contains(all, want) {
				t.Errorf("%d wide: %q is not there:\n%s", c.width, want, frame)
			}
		}
		press(m, "esc")
		if strings.Contains(plainFrame(m), "calls a minute") {
			t.Error("esc does not leave it")
		}
	}
	m := screen(t, world(clock), clock, 100, 30)
	command(t, m, "calls")
	if !strings.Contains(plainFrame(m), "AWS has not been asked anything from here yet") {
		t.Errorf("with nothing to tell:\n%s", plainFrame(m))
	}
}
