package cli

import (
	"fmt"
	"os/user"
	"path/filepath"
	"testing"
	"time"

	"warroom/internal/config"
)

// patience bounds the wait for what must come.
const patience = 10 * time.Second

func TestReloadFindsAFileThatWasNotThereAtTheStart(t *testing.T) {
	dir := alone(t)
	a := new(app)
	a.flags.ascii, a.flags.asciiGiven = true, func() bool { return true }
	taken := make(chan *config.Config, 1)
	reload := a.reload("", func(cfg *config.Config, _ error) { taken <- cfg })
	for _, c := range []struct{ file, text, want string }{
		{"", "", "there is no warroom.yaml here, nor for this user; `warroom config init` writes a first one"},
		{"warroom.yml", "", "warroom.yml: the file is not read under this name; call it warroom.yaml, or name it with --config"},
		{"warroom.yaml", "romo: a", `warroom.yaml:1:1: romo: unknown key "romo"; did you mean "room"?`},
		{"warroom.yaml", "room: a", "<nil>"},
	} {
		if c.file != "" {
			write(t, filepath.Join(dir, c.file), c.text)
		}
		if err := reload(); fmt.Sprint(err) != c.want {
			t.Errorf("%s %q: %v, want %s", c.file, c.text, err, c.want)
		}
	}
	select {
	case cfg := <-taken:
		if cfg.Room != "a" || !cfg.ASCII {
			t.Errorf("taken is %+v", cfg)
		}
	case <-time.After(patience):
		t.Error("nothing was taken")
	}
}

func TestWhoActsHasANameWhereNoUSERIsSet(t *testing.T) {
	who, err := user.Current()
	if err != nil || who.Username == "" {
		t.Skipf("this machine has no name for who runs it: %v", err)
	}
	t.Setenv("USER", "")
	if got := actor(); got != who.Username {
		t.Errorf("the acts are recorded as %s's, want %s's", got, who.Username)
	}
}
