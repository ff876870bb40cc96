package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"warroom/internal/config"
)

// paths says where warroom keeps what it keeps, and whether it may write there.
func (c *checker) paths() []finding {
	folder := func(name, path, variable string) finding {
		about := subject{topic: topicPaths, name: name}
		if path == "" {
			return about.warn("there is no home directory", "set HOME, or "+variable)
		}
		there, err := writable(path)
		switch {
		case err != nil:
			return about.warn(path+" cannot be written: "+err.Error(), "make it a directory that you may write to, or set "+variable+" to the one above such a directory")
		case !there:
			return about.ok(path + ", which is made when it is needed")
		}
		return about.ok(path)
	}
	own := ""
	if file := config.UserFile(); file != "" {
		own = filepath.Dir(file)
	}
	return []finding{
		folder("config directory", own, "XDG_CONFIG_HOME"),
		folder("state directory", c.stateDir(), "XDG_STATE_HOME"),
	}
}

// writable tries to write into a folder, or into the nearest one above that is
// there, and leaves nothing behind. The error is the system's reason alone.
func writable(folder string) (there bool, err error) {
	for there = true; ; there = false {
		file, err := os.CreateTemp(folder, ".warroom-check-*")
		switch {
		case err == nil:
			return there, errors.Join(file.Close(), os.Remove(file.Name()))
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(folder) != folder:
			folder = filepath.Dir(folder)
		default:
			return false, reason(err)
		}
	}
}
