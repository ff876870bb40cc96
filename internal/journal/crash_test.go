package journal

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/room"
)

// The test binary is also the program that is killed: see TestMain.
const (
	writerDir  = "WARROOM_TEST_WRITER"  // the state directory of a writer
	writerActs = "WARROOM_TEST_ACTS"    // how many acts it ends after; none if it never does
	limitFile  = "WARROOM_TEST_MAXFILE" // the size, in bytes, beyond which the system gives its files no room
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		if err := writer(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// openRoom is a room that is kept, as the program has it.
func openRoom(place Place, o Options) (*room.Room, *Journal, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	j, err := Open(place, o)
	if err != nil {
		return nil, nil, err
	}
	loaded, err := j.Load()
	if err != nil {
		return nil, nil, err
	}
	r := room.Restore(room.Options{Name: o.Room, Node: j.Node(), Keeper: j}, loaded.Checkpoint, loaded.Lines)
	r.Replay(loaded.Tail...)
	j.Tell(r.Kept)
	return r, j, nil
}

const writers = 8

// writer lets eight people write notes as fast as they are kept, and prints each when
// it has been acknowledged.
func writer(dir string) error {
	limitFiles()
	r, j, err := openRoom(PlaceOf(dir, "crash"), Options{Room: "crash"})
	if err != nil {
		return err
	}
	acts := -1
	_, _ = fmt.Sscan(os.Getenv(writerActs), &acts)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			desk := r.Desk(fmt.Sprint("writer", w))
			for i := 0; i != acts; i++ {
				text := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				if err := desk.Act(room.Act{Do: room.EventNote, Text: text}); err != nil {
					fmt.Printf("refused %s: %s\n", text, err)
					continue
				}
				fmt.Println("kept " + text) // one write, which a kill does not cut in two
			}
		})
	}
	all.Wait()
	return j.Close()
}

func asWriter(ctx context.Context, dir string, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(append(os.Environ(), writerDir+"="+dir), more...)
	return cmd
}

// texts are all notes in a journal, each with how often it is there.
func texts(t *testing.T, path string) map[string]int {
	t.Helper()
	reader, err := OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	found := map[string]int{}
	err = reader.Entries(t.Context(), 0, 0, WantEvents, func(e Entry) error {
		found[e.Record.Event.Text]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// kills is how often the writer is killed.
func kills() int {
	if testing.Short() || raceEnabled {
		return 20
	}
	return 200
}

func TestNothingAcknowledgedIsLostOrDoubledWhenTheWriterIsKilled(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	acknowledged := map[string]bool{}
	for round := range kills() {
		cmd := asWriter(t.Context(), dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for kill := random.IntN(60); lines.Scan(); kill-- {
			text, kept := strings.CutPrefix(lines.Text(), "kept ")
			if !kept {
				t.Fatal(lines.Text())
			}
			acknowledged[text] = true
			if kill == 0 {
				time.AfterFunc(time.Duration(random.IntN(900))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		if err := cmd.Wait(); cmd.ProcessState.Exited() {
			t.Fatalf("round %d: the writer was not killed: %v", round, err)
		}
		if round%20 != 19 && round > 0 {
			continue // the next writer takes up what this one has left
		}
		check(t, PlaceOf(dir, "crash").Path(), acknowledged)
	}
	t.Logf("%d acknowledged", len(acknowledged))
}

// check makes sure that a journal is whole and has what was acknowledged, once.
func check(t *testing.T, path string, acknowledged map[string]bool) {
	t.Helper()
	report, err := Verify(path)
	if err != nil || len(report.Damage) > 0 {
		t.Fatalf("%v\n%s", err, report)
	}
	found := texts(t, path)
	for text := range acknowledged {
		if found[text] != 1 {
			t.Fatalf("%s was acknowledged and is there %d times", text, found[text])
		}
	}
	for text, n := range found {
		if n != 1 {
			t.Fatalf("%s is there %d times", text, n)
		}
	}
}
