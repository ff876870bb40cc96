package cli

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/config"
	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awspush"
	"warroom/sources/cloudwatch"
)

const pushedConfig = `scopes: [{account: prod, regions: [us-east-1]}]
canaries: {off: true}
controls: {off: true}
push: {queue: "https://sqs.us-west-2.amazonaws.com/111122223333/warroom"}
`

// alarmPushed is a message about an alarm that began to ring just now.
func alarmPushed(account, name string) string {
	return fmt.Sprintf(`{"detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","account":"%s","region":"us-east-1","time":"2025-10-20T07:00:00Z",`+
		`"detail":{"alarmName":"%s","state":{"value":"ALARM","timestamp":"%s"},"previousState":{"value":"OK"}}}`,
		account, name, time.Now().UTC().Format("2006-01-02T15:04:05.000-0700"))
}

func TestWhatIsPushedIsShownWhereItIsLookedAtAndTakenOffTheQueueOnceItIsKept(t *testing.T) {
	dir := alone(t)
	cloud := &cloud{pushed: []string{alarmPushed("222222222222", "ours"), alarmPushed("333333333333", "theirs")}}
	cloud.start(t)
	cfg, err := config.Parse("warroom.yaml", []byte(pushedConfig), config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	k := openRoomAt(t.Context(), journal.PlaceOf(filepath.Join(dir, "state"), "prod"), journal.Options{Room: "prod", Log: quiet}, room.Wall{})
	w := world{clock: room.Wall{}, charts: cloudwatch.NewCharts(room.Wall{}), log: quiet, calls: awsclient.NewCalls(room.Wall{})}
	c := &crew{room: k.room, clock: w.clock, log: quiet, charts: w.charts}
	w.hearing = hearing{room: k.room, nudge: c.nudge, wait: awspush.LongPoll}
	bell, leave := k.room.Join()
	defer leave()
	c.start(t.Context(), new(app).groups(cfg, w))
	limit := time.After(20 * time.Second)
	for {
		found := map[string]room.Scope{}
		for _, s := range k.room.Snapshot().Of(room.KindAlarm).Signals {
			found[s.Key] = s.Scope
		}
		queue := k.room.Snapshot().Scope(room.Scope{Source: "push", Region: "us-west-2"})
		if found["alarm/prod/us-east-1/ours"].Source == "cloudwatch" && found["alarm/333333333333/us-east-1/theirs"].Source == "push" &&
			queue != nil && !queue.Heard.IsZero() && !queue.Seen.IsZero() && strings.Contains(cloud.requests(), "sqs:DeleteMessageBatch us-west-2") {
			break
		}
		select {
		case <-bell:
		case <-limit:
			t.Fatalf("the room shows %v, and the queue %+v; asked were\n%s", found, queue, cloud.requests())
		}
	}
	var out strings.Builder
	if err := printStatus(&out, k.room.Snapshot(), k.room.Now(), count(k.room.Snapshot()), nil); err != nil || !strings.Contains(out.String(), "push      push us-west-2: last message 20") || !strings.Contains(out.String(), "no proof") {
		t.Errorf("%v, status says\n%s", err, &out)
	}
	c.stop()
	k.close()
	write(t, filepath.Join(dir, "warroom.yaml"), "room: prod\n"+pushedConfig)
	_, printed, _ := run(t, "status", "--state", filepath.Join(dir, "state"))
	if !strings.Contains(printed, "push      push us-west-2: last message 20") {
		t.Errorf("from the journal status says\n%s", printed)
	}
	counted := map[string]bool{}
	for _, count := range w.calls.List() {
		counted[count.Account+" "+count.Action] = true
	}
	if !counted["111122223333 sqs:ReceiveMessage"] || !counted["111122223333 sqs:DeleteMessage"] {
		t.Errorf("counted were %v", counted)
	}
	for _, receipt := range []string{"receipt 0", "receipt 1"} {
		if !strings.Contains(cloud.requests(), receipt) {
			t.Errorf("%s was not deleted", receipt)
		}
	}
}

func TestALookThatIsMadeOnceTakesNothingOffTheQueue(t *testing.T) {
	dir := alone(t)
	cloud := &cloud{pushed: []string{alarmPushed("222222222222", "ours")}}
	cloud.start(t)
	write(t, filepath.Join(dir, "warroom.yaml"), pushedConfig)
	_, out, _ := run(t, "status")
	if !strings.Contains(out, "push      not read here") {
		t.Errorf("status says\n%s", out)
	}
	if asked := cloud.requests(); strings.Contains(asked, "sqs:") || !strings.Contains(asked, "cloudwatch:DescribeAlarms") {
		t.Errorf("asked %s", asked)
	}
}

func TestTheNumberOfAnAccountWithAnotherNameIsAskedForAgainUntilSTSAnswers(t *testing.T) {
	alone(t)
	ill := true
	cloud := &cloud{refuse: func(action, _ string) string {
		if ill && strings.HasPrefix(action, "sts:") {
			return "InternalFailure"
		}
		return ""
	}}
	cloud.start(t)
	settings, err := awsConfig(t.Context(), config.Scope{Regions: []string{"us-east-1"}}, world{})
	if err != nil {
		t.Fatal(err)
	}
	known := newPlaces(0, (&config.Config{Accounts: map[string]string{"555555555555": "payments"}}).AccountName)
	known.add([]sources.Watch{{Scope: room.Scope{Source: "cloudwatch", Account: "prod", Region: "us-east-1"}}}, settings)
	known.add([]sources.Watch{{Scope: room.Scope{Source: "health", Account: "444444444444", Region: "global"}}}, aws.Config{Credentials: credentials.NewStaticCredentialsProvider("A", "S", "")})
	known.settle(t.Context())
	if p := known.of("cloudwatch", "222222222222", "us-east-1"); p.Watched || p.Account != "222222222222" {
		t.Errorf("before STS answers it is %+v", p)
	}
	ill = false
	known.settle(t.Context())
	if p := known.of("cloudwatch", "222222222222", "us-east-1"); !p.Watched || p.Account != "prod" {
		t.Errorf("when STS has answered it is %+v", p)
	}
	if p := known.of("health", "444444444444", ""); !p.Watched {
		t.Errorf("an account that goes by its number is %+v", p)
	}
	if p := known.of("cloudwatch", "555555555555", "us-east-1"); p.Watched || p.Account != "payments" {
		t.Errorf("an account that the config names is %+v", p)
	}
	if p := known.of("cloudwatch", "222222222222", "eu-west-1"); p.Watched || p.Account != "prod" {
		t.Errorf("a region that nobody looks at is %+v", p)
	}
}
