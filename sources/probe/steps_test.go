package probe

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// mailServer greets, answers EHLO in pieces, and says goodbye to QUIT.
func mailServer(conn net.Conn) {
	_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		switch {
		case err != nil:
			return
		case strings.HasPrefix(line, "EHLO"):
			for _, piece := range []string{"250-mail.exa", "mple\r\n250", " STARTTLS\r", "\n"} {
				_, _ = io.WriteString(conn, piece)
			}
		case strings.HasPrefix(line, "QUIT"):
			_, _ = io.WriteString(conn, "221 bye\r\n")
		default:
			_, _ = io.WriteString(conn, "500 what?\r\n")
		}
	}
}

func TestC5ADialogueOfSeveralSteps(t *testing.T) {
	mail := listen(t, mailServer)
	greeting := listen(t, func(conn net.Conn) { // is done speaking, and listens on (C7)
		_, _ = io.WriteString(conn, "220 hello 221 bye")
		_ = conn.(*net.TCPConn).CloseWrite()
		untilClosed(conn)
	})
	counting := listen(t, func(conn net.Conn) { // answers when everything was sent (C7)
		all, _ := io.ReadAll(conn)
		_, _ = io.WriteString(conn, strings.ToUpper(string(all)))
	})
	talkative := listen(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "220 "+strings.Repeat("x", bannerLimit))
		untilClosed(conn)
	})
	for _, c := range []struct {
		name, address       string
		steps               []Step
		word, class, reason string
	}{
		{"greeting, question, goodbye", mail, []Step{{Expect: "220"}, {Send: "EHLO me\r\n", Expect: "/(?m)^250 .*\r\n/"}, {Send: "QUIT\r\n", Expect: "221"}}, "UP", "", ""},
		{"several steps of one piece", greeting, []Step{{Expect: "220"}, {Expect: "hello"}, {Expect: "221"}}, "UP", "", ""},
		{"bytes", counting, []Step{{Send: "a\x00\xff\r\n", Close: true, Expect: "A\x00"}}, "UP", "", ""},
		{"a step sees what the one before has not found", mail, []Step{{Expect: "220"}, {Send: "NOOP\r\n", Expect: "220"}}, "DOWN", "timeout", "timed out after 1s waiting for the rest of the answer"},
		{"C7 the other side is done speaking and takes more", greeting, []Step{{Expect: "hello"}, {Send: "QUIT\r\n", Expect: "221"}}, "UP", "", ""},
		{"C7 the other side ends before the text of a step", greeting, []Step{{Expect: "220"}, {Send: "x", Expect: "250"}}, "DOWN", "assert",
			`what came in step 2 does not hold what it should: expected that it contains "250"`},
		{"C7 the other side ends and has said nothing more", greeting, []Step{{Expect: "bye"}, {Expect: "250"}}, "DOWN", "protocol", "the connection was closed before the expected text of step 2 came"},
		{"C7 our side is done speaking", counting, []Step{{Send: "some"}, {Send: " words", Close: true}, {Expect: "SOME WORDS"}}, "UP", "", ""},
		{"C5 64 KiB over all steps", talkative, []Step{{Expect: "220"}, {Expect: "221"}}, "DOWN", "assert", `what came up to step 2, 64 KiB, does not hold what it should: expected that it contains "221"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			timeout := 30 * time.Second
			if c.class == "timeout" {
				timeout = time.Second
			}
			got := probeOnce(t, Spec{URL: "tcp://" + c.address, Steps: c.steps, Timeout: timeout}, nil)
			got.want(t, c.word, c.class, c.reason)
		})
	}
}

func TestWhatADialogueGotInsteadIsShownCleaned(t *testing.T) {
	address := listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "550 no\x1b[31m\r\n") })
	got := probeOnce(t, Spec{URL: "tcp://" + address, Steps: []Step{{Expect: "5"}, {Expect: "220"}}}, nil)
	if got.sample.Text != `got "50 no␛[31m", expected that it contains "220"` {
		t.Errorf("it says %q", got.sample.Text)
	}
}

func TestStepsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		spec   Spec
		reason string
	}{
		{Spec{URL: "https://shop.example", Steps: []Step{{Send: "x"}}}, "probes of https know no steps; leave them out, or use one of tcp"},
		{Spec{URL: "tcp://shop.example:1", Body: "x", Steps: []Step{{Send: "x"}}}, "its steps say what is sent and expected, and so do its body and the expected text; leave these out"},
		{Spec{URL: "tcp://shop.example:1", Steps: []Step{{Send: "x"}, {}}}, "step 2 sends nothing and expects nothing; take it away"},
		{Spec{URL: "tcp://shop.example:1", Steps: []Step{{Close: true}, {Send: "x"}}}, "step 2 sends more after a step that has closed our side; close in the last step that sends"},
		{Spec{URL: "tcp://shop.example:1", Steps: []Step{{Expect: "/(/"}}}, "the expected text of step 1 /(/ is not a regular expression; see the syntax of RE2"},
	} {
		c.spec.Name = "shop"
		if _, err := New(c.spec, nil); err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%+v: got %v", c.spec, err)
		}
	}
}
