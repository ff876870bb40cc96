package probe

import (
	"log/slog"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"warroom/internal/room"
	"warroom/sources"
)

// forget lets the next question be asked anew.
func (c *Controls) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked = time.Time{}
}

func TestOurOwnConnectionIsDownWhenAllNetworksFallSilentTogether(t *testing.T) { // S12
	quiet := fullBacklog(t)
	c := NewControls([]string{listen(t, untilClosed), quiet}, nil, nil)
	if c.Down(t.Context()) {
		t.Error("one network answers, and that is enough")
	}
	c.forget()
	c.addresses = []string{quiet, quiet}
	if !c.Down(t.Context()) {
		t.Error("none answers any more")
	}
	watch := c.Watches(time.Minute)[0]
	got := lookOnce(t.Context(), t, watch)
	if want := "our own connection is down: none of " + quiet + ", " + quiet + " answers, and they do not depend on each other; " +
		"check the network of this machine; until it is back no endpoint is called DOWN"; got.err == nil || got.err.Error() != want {
		t.Errorf("got %v\nwant %s", got.err, want)
	}
	c.forget()
	c.addresses = []string{quiet, closedPort(t)}
	if c.Down(t.Context()) || lookOnce(t.Context(), t, watch).err != nil {
		t.Error("a refusal is an answer")
	}
}

func TestNetworksThatNeverAnsweredSayNothing(t *testing.T) {
	quiet := fullBacklog(t)
	c := NewControls([]string{quiet, quiet}, nil, nil)
	if c.Down(t.Context()) {
		t.Error("a firewall may be in between")
	}
}

func TestNoEndpointIsBlamedForOurOwnConnection(t *testing.T) { // S12
	quiet := fullBacklog(t)
	c := NewControls([]string{quiet, quiet}, nil, nil)
	c.answered = true // it worked before
	env := &Environment{Controls: c}
	unheard := probeOnce(t, Spec{URL: "tcp://" + quiet, Timeout: 300 * time.Millisecond}, env)
	unheard.want(t, "ERROR", "error", "our own connection is down, so nothing is known of the endpoint")
	if unheard.State != room.Unknown {
		t.Errorf("state %s", unheard.State)
	}
	probeOnce(t, Spec{URL: "https://shop.example", Proxy: "http://" + quiet, Timeout: 300 * time.Millisecond}, env).
		want(t, "ERROR", "error", "our own connection is down, so nothing is known of the endpoint")
	refused := closedPort(t)
	probeOnce(t, Spec{URL: "tcp://" + refused}, env).want(t, "DOWN", "connect", "connection refused by "+refused)
}

// TestWithFrontDoorsAloneTheRoomBlamesOurOwnConnectionAndNothingElse: nothing of ours is
// probed, the name server falls silent, and so does everything else.
func TestWithFrontDoorsAloneTheRoomBlamesOurOwnConnectionAndNothingElse(t *testing.T) { // S12
	quiet := fullBacklog(t)
	env := nameServer(t, func(question) *reply { return nil })
	env.Controls = NewControls([]string{listen(t, untilClosed), quiet}, nil, nil)
	connection := env.Controls.Watches(time.Minute)[0]
	watches := []sources.Watch{connection}
	for _, service := range []string{"dynamodb", "s3", "sts"} {
		door := Canary(service, "us-east-1", time.Minute)
		door.Timeout, door.Confirm = 300*time.Millisecond, Confirm{} // each look is believed
		watches = append(watches, watchOf(t, door, env))
	}
	r := room.New(room.Options{})
	runner := sources.NewRunner(room.Wall{}, r, slog.New(slog.DiscardHandler))
	runner.Once(t.Context(), watches[:1])
	env.Controls.forget()
	env.Controls.addresses = []string{quiet, quiet}
	runner.Once(t.Context(), watches)
	r.Flush()
	s := r.Snapshot()
	if trouble := s.Disconnected(); trouble == nil || trouble.What != "our own connection is down" {
		t.Errorf("the room says %v", trouble)
	}
	doors := s.Of(room.KindProbe)
	if len(doors.Signals) != 3 || doors.States[room.Unknown] != 3 {
		t.Errorf("of three front doors it says %v", doors.States)
	}
	for _, door := range doors.Signals {
		if door.Word != "ERROR" || door.Reason != "our own connection is down, so nothing is known of the endpoint" {
			t.Errorf("%s is %s: %s", door.Title, door.Word, door.Reason)
		}
	}
}

func TestAFrontDoorIsBelievedOnceAnythingOutsideWasReached(t *testing.T) {
	door := "http://" + closedPort(t)
	quiet := fullBacklog(t)
	controls := NewControls([]string{quiet, quiet}, nil, nil)
	env := &Environment{Controls: controls}
	canary := Spec{URL: door, Canary: true}
	probeOnce(t, canary, env).want(t, "ERROR", "error", "nothing outside was ever reached from here, so this says nothing of AWS")

	other := canary
	other.URL = "http://" + saying(t, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
	other.Expect.Status = "100..499"
	probeOnce(t, other, env).wantUp(t)
	probeOnce(t, canary, env).want(t, "DOWN", "connect", "connection refused by "+door[len("http://"):])
}

func TestWhatReachesTheWorldIsNotCutOffFromIt(t *testing.T) {
	quiet := fullBacklog(t)
	blocked := NewControls([]string{quiet, quiet}, nil, nil)
	blocked.heard()
	if blocked.Down(t.Context()) {
		t.Error("the networks never answered, so a firewall is in between: an endpoint that answers does not change that")
	}
	c := NewControls([]string{quiet, quiet}, nil, nil)
	c.answered = true // they did before
	if !c.Down(t.Context()) {
		t.Error("nothing answers any more")
	}
	c.heard()
	if c.Down(t.Context()) {
		t.Error("an endpoint outside has just answered")
	}
	c.forget()
	c.last = time.Now().Add(time.Hour) // on a slow machine, "just now" may be over
	if c.Down(t.Context()) {
		t.Error("an endpoint outside has just answered, whatever the networks do")
	}
}

func TestWhatAFrontDoorHasToDo(t *testing.T) {
	spec := Canary("dynamodb", "us-east-1", time.Minute)
	if spec.URL != "https://dynamodb.us-east-1.amazonaws.com/" || spec.Name != "aws-dynamodb-us-east-1" || spec.Service != "DYNAMODB" || spec.Region != "us-east-1" {
		t.Errorf("got %+v", spec)
	}
	if url := Canary("s3", "cn-north-1", time.Minute).URL; url != "https://s3.cn-north-1.amazonaws.com.cn/" {
		t.Errorf("in China it is %s", url)
	}
	for _, c := range []struct{ name, answer, word, class string }{
		{"healthy", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "UP", ""},
		{"refuses a stranger", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "UP", ""},
		{"redirects, which is not followed", "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "UP", ""},
		{"fails", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "DOWN?", "status"},
	} {
		t.Run(c.name, func(t *testing.T) {
			door := spec
			door.URL = "http://" + saying(t, c.answer)
			got := probeOnce(t, door, nil)
			if got.Word != c.word || got.sample.Class != c.class {
				t.Errorf("got %s %s %s", got.Word, got.sample.Class, got.Reason)
			}
		})
	}
}

func TestAFrontDoorWhoseNameHasNoAddressIsCalledAsEveryEmptyAnswerIs(t *testing.T) { // 2025-10-20
	env := nameServer(t, func(question) *reply { return &reply{code: dnsmessage.RCodeSuccess} })
	const want = "empty DNS answer: the name dynamodb.us-east-1.amazonaws.com exists and has no address"
	probeOnce(t, Canary("dynamodb", "us-east-1", time.Minute), env).want(t, "DOWN?", "dns", want)
	for _, url := range []string{"tcp://dynamodb.us-east-1.amazonaws.com:443", "wss://dynamodb.us-east-1.amazonaws.com", "grpcs://dynamodb.us-east-1.amazonaws.com"} {
		probeOnce(t, Spec{URL: url}, env).want(t, "DOWN", "dns", want)
	}
}
