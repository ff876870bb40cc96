package cli

import (
	"errors"
	"fmt"
	stdlog "log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// logged opens a log with a file.
func logged(t *testing.T) (log *ownLog, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "log")
	log, err := (&app{flags: flags{log: file}}).openLog()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log, file
}

func TestTheScreenShowsTheNewestLinesOfTheLogAndTheFileHasAll(t *testing.T) {
	log, file := logged(t)
	log.Debug("for nobody")
	written := 0
	for _, more := range []int{1, logLines - 1, 1, logLines - 1, 1, logLines} {
		for range more {
			written++
			log.Info(fmt.Sprint("line ", written))
		}
		shown := log.Lines()
		if want := min(written, logLines); len(shown) != want {
			t.Fatalf("of %d lines %d are shown, want %d", written, len(shown), want)
		}
		for i, line := range shown {
			if want := fmt.Sprint("line ", written-len(shown)+1+i); line.Text != want || line.Level != "INFO" || line.At.IsZero() {
				t.Fatalf("line %d of %d is %+v, want %s", i, len(shown), line, want)
			}
		}
	}
	content, err := os.ReadFile(file)
	if err != nil || strings.Count(string(content), "\n") != written {
		t.Errorf("the file has %d lines, want %d, %v", strings.Count(string(content), "\n"), written, err)
	}
}

// late is a value that is found out when it is logged.
type late struct{ attrs []slog.Attr }

func (l late) LogValue() slog.Value { return slog.GroupValue(l.attrs...) }

func TestTheLibrariesOwnWordsAreInTheFileOnly(t *testing.T) {
	secret := errors.New("AKIAEXAMPLE")
	for _, c := range []struct {
		name string
		tell func(*slog.Logger)
		want string
	}{
		{"plain", func(l *slog.Logger) { l.Warn("it failed", "where", " here ", "cause", secret) }, "it failed, where: here"},
		{"a defect and its stack", func(l *slog.Logger) { l.Error("it broke", "defect", secret, "stack", secret.Error()) }, "it broke"},
		{"with", func(l *slog.Logger) { l.With("watch", "alarms", "cause", secret).Warn("it failed", "n", 3) }, "it failed, watch: alarms, n: 3"},
		{"in a group", func(l *slog.Logger) { l.Warn("it failed", slog.Group("aws", "code", 400, "cause", secret)) }, "it failed, aws.code: 400"},
		{"in a group of a group", func(l *slog.Logger) {
			l.Warn("it failed", slog.Group("aws", slog.Group("call", "stack", secret, "n", 1)))
		}, "it failed, aws.call.n: 1"},
		{"in a group without a name", func(l *slog.Logger) { l.Warn("it failed", slog.Group("", "cause", secret, "n", 1)) }, "it failed, n: 1"},
		{"a group of that name", func(l *slog.Logger) { l.Warn("it failed", slog.Group("cause", "text", secret)) }, "it failed"},
		{"with a group", func(l *slog.Logger) {
			l.WithGroup("aws").With("cause", secret).Warn("it failed", "cause", secret, "n", 1)
		}, "it failed, aws.n: 1"},
		{"with a group of that name", func(l *slog.Logger) {
			l.WithGroup("cause").With("a", secret).WithGroup("b").Warn("it failed", "c", secret)
		}, "it failed"},
		{"with, and then a group", func(l *slog.Logger) { l.With("a", 1).WithGroup("b").With("c", 2).Warn("it failed", "cause", secret) }, "it failed, a: 1, b.c: 2"},
		{"found out late", func(l *slog.Logger) {
			l.Warn("it failed", "aws", late{[]slog.Attr{slog.Any("cause", secret), slog.Int("n", 1)}})
		}, "it failed, aws.n: 1"},
		{"what a terminal would obey", func(l *slog.Logger) { l.Warn("it failed", "cause", secret, "where", "\x1b[2Jhere\n") }, "it failed, where: ␛[2Jhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log, file := logged(t)
			c.tell(log.Logger)
			if shown := log.Lines(); len(shown) != 1 || shown[0].Text != c.want {
				t.Errorf("shown is %+v, want %q", shown, c.want)
			}
			if content, err := os.ReadFile(file); err != nil || !strings.Contains(string(content), secret.Error()) {
				t.Errorf("the file has %s, %v", content, err)
			}
		})
	}
}

func TestWhatLibrariesPrintGoesToTheFileAndNowhereElse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	a := &app{flags: flags{log: file}}
	l, err := a.openLog()
	if err != nil {
		t.Fatal(err)
	}
	stdlog.Print("http2: something with a t0ken")
	for _, line := range l.Lines() {
		if strings.Contains(fmt.Sprint(line), "t0ken") {
			t.Errorf("the screen is shown %v", line)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(file); err != nil || !strings.Contains(string(kept), "http2: something with a t0ken") {
		t.Errorf("the file has %q, %v", kept, err)
	}
}
