package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Place is where one room is kept: a few files of one name in the state directory.
type Place struct{ base string }

// nameLimit is how many bytes the file name of a room may have: file systems allow 255,
// with room for the longest ending.
const nameLimit = 200

// PlaceOf is the place of a room in a state directory. Every name has one, and no two
// names have the same.
func PlaceOf(stateDir, room string) Place {
	var name strings.Builder
	for i := range len(room) {
		c := room[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_", c) >= 0 || c == '.' && i > 0
		if plain {
			name.WriteByte(c)
		} else {
			fmt.Fprintf(&name, "%%%02X", c)
		}
	}
	file := name.String()
	switch {
	case room == "":
		file = "%" // no name is written like that
	case len(file) > nameLimit:
		sum := fmt.Sprintf("%%%x", digest([]byte(room)))
		file = file[:nameLimit-len(sum)] + sum
	}
	return Place{filepath.Join(stateDir, "rooms", file)}
}

// Rooms lists the places in a state directory at which a room is kept.
func Rooms(stateDir string) []Place {
	found, _ := filepath.Glob(filepath.Join(strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(stateDir), "rooms", "*.db"))
	slices.Sort(found)
	places := make([]Place, 0, len(found))
	for _, path := range found {
		places = append(places, Place{strings.TrimSuffix(path, ".db")})
	}
	return places
}

// Path is the journal itself, an SQLite file; SQLite puts two more beside it.
func (p Place) Path() string { return p.base + ".db" }

// Socket is where the process that keeps the room takes acts from others.
func (p Place) Socket() string { return p.base + ".sock" }

// Exists says whether a room is kept here.
func (p Place) Exists() bool {
	_, err := os.Stat(p.Path())
	return err == nil
}

func (p Place) lock() string { return p.base + ".lock" }

// headOf is the file in which the hash of a journal's last event is kept apart.
func headOf(path string) string { return strings.TrimSuffix(path, ".db") + ".head" }
