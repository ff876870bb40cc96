package cli

import (
	"bytes"
	"testing"

	"warroom/theme"
)

func TestFindingsStandUnderTheirScopeAndWhatNeighboursShareIsWrittenOnce(t *testing.T) {
	one := subject{topic: topicPermission, account: "prod", region: "us-east-1"}
	two := one.in("prod", "eu-west-1")
	const gone, mend = "the name does not exist in DNS", "see what happened to it, or to the network of this machine"
	var out bytes.Buffer
	p := &checkPrinter{out: &out, marks: theme.ASCII, ascii: true, width: 60}
	all := []finding{
		one.called("a:One").fail(gone, mend), one.called("a:Two").fail(gone, mend), one.called("a:Three").ok("allowed in Zürich…"),
		two.called("cloudwatch:DescribeAlarmHistory").fail(gone, mend), two.called("b:\x1b[2J").warn("slow", "wait"),
	}
	if err := p.topic(all); err != nil {
		t.Fatal(err)
	}
	if err := p.sum(all); err != nil {
		t.Fatal(err)
	}
	const want = `Permissions of prod in us-east-1
  X failed   a:One    the name does not exist in DNS
  X failed   a:Two    the same
                      fix: see what happened to it, or to
                      the network of this machine
  o ok       a:Three  allowed in Z?rich~

Permissions of prod in eu-west-1
  X failed   cloudwatch:DescribeAlarmHistory
             the name does not exist in DNS
             fix: see what happened to it, or to the network
             of this machine
  ! warning  b:?[2J
             slow
             fix: wait

3 failed, 1 warning, 1 ok
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
