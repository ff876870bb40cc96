package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"

	"warroom/internal/clean"
	"warroom/ui"
)

// logLines is how many lines of the log the screen can show: a bad night's worth.
const logLines = 500

// logRunes bounds one line of it.
const logRunes = 500

// ownLog is the log of the program's own trouble: the newest lines for the screen,
// everything for the file of --log. Safe for concurrent use.
type ownLog struct {
	*slog.Logger
	kept *lines
	file io.Closer
}

// openLog begins the log. The screen belongs to the terminal, so nothing is printed.
func (a *app) openLog() (*ownLog, error) {
	l, err := a.newLog()
	if err == nil {
		stdlog.SetOutput(libraryWords{l.Logger})
	}
	return l, err
}

// libraryWords takes what libraries print by themselves, which would else be written over
// the screen.
type libraryWords struct{ log *slog.Logger }

// Write implements io.Writer for one line.
func (w libraryWords) Write(line []byte) (int, error) {
	w.log.Info("a library says something", "cause", strings.TrimSpace(string(line)))
	return len(line), nil
}

func (a *app) newLog() (*ownLog, error) {
	kept := new(lines)
	if a.flags.log == "" {
		return &ownLog{Logger: slog.New(keeper{kept: kept, next: slog.DiscardHandler}), kept: kept}, nil
	}
	file, err := os.OpenFile(a.flags.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the log %s cannot be written: %w; name another file with --log", a.flags.log, errors.Unwrap(err))
	}
	return &ownLog{Logger: slog.New(keeper{kept: kept, next: slog.NewTextHandler(file, nil)}), kept: kept, file: file}, nil
}

// Close ends the file, if there is one.
func (l *ownLog) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// Lines are the newest lines, oldest first.
func (l *ownLog) Lines() []ui.LogLine {
	l.kept.mu.Lock()
	defer l.kept.mu.Unlock()
	return slices.Clone(l.kept.list[max(0, len(l.kept.list)-logLines):])
}

// lines are what is kept for the screen: the newest logLines, and up to as many again,
// so that not every new one moves them all.
type lines struct {
	mu   sync.Mutex
	list []ui.LogLine
}

func (l *lines) add(line ui.LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.list) >= 2*logLines {
		l.list = append([]ui.LogLine(nil), l.list[len(l.list)-logLines:]...)
	}
	l.list = append(l.list, line)
}

// unshown are the parts of a record that only the file has: the libraries' own words
// may hold anything, an address or a token among it.
var unshown = []string{"cause", "defect", "stack"}

// keeper keeps what passes on its way to another handler.
type keeper struct {
	kept   *lines
	next   slog.Handler
	with   string // what was added with With
	within string // the groups that were begun with WithGroup, each with a dot behind it
	silent bool   // one of those groups is unshown
}

func (k keeper) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || k.next.Enabled(ctx, level)
}

func (k keeper) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelInfo {
		text := record.Message + k.with
		record.Attrs(func(attr slog.Attr) bool {
			text += k.shown(attr)
			return true
		})
		k.kept.add(ui.LogLine{At: record.Time, Level: record.Level.String(), Text: clean.Line(text, logRunes)})
	}
	if !k.next.Enabled(ctx, record.Level) {
		return nil
	}
	return k.next.Handle(ctx, record)
}

func (k keeper) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, attr := range attrs {
		k.with += k.shown(attr)
	}
	k.next = k.next.WithAttrs(attrs)
	return k
}

func (k keeper) WithGroup(name string) slog.Handler {
	k.next = k.next.WithGroup(name)
	return k.inside(name)
}

// inside is the keeper for what is in a group. One without a name is none.
func (k keeper) inside(name string) keeper {
	if name != "" {
		k.within += name + "."
		k.silent = k.silent || slices.Contains(unshown, name)
	}
	return k
}

// shown is an attribute for the screen, or each in it if it is a group.
func (k keeper) shown(attr slog.Attr) string {
	value := attr.Value.Resolve()
	if k.silent || slices.Contains(unshown, attr.Key) {
		return ""
	}
	if value.Kind() != slog.KindGroup {
		return ", " + k.within + attr.Key + ": " + strings.TrimSpace(value.String())
	}
	k = k.inside(attr.Key)
	text := ""
	for _, each := range value.Group() {
		text += k.shown(each)
	}
	return text
}
