package access

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

const (
	// fileLimit bounds a file, in bytes: ten thousand keys have about a megabyte.
	fileLimit = 4 << 20
	// lineLimit bounds a line, in bytes: the longest key that is taken, of 16384 bits,
	// has less than 3000.
	lineLimit = 16 << 10
)

type digest [sha256.Size]byte

func digestOf(content []byte) digest { return sha256.Sum256(content) }

// ReadFile reads a file of keys as sshd with StrictModes does: one that others than its
// owner can write is refused, since they could let themselves in. The error does not
// name the file and is what and what next, or one of package fs.
func ReadFile(path string) ([]byte, error) {
	// A pipe would be waited for when it is opened.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, wrong("name a file", "it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil { // of what was opened, not of what was there before
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 && runtime.GOOS != "windows" { // which has no such bits
		return nil, wrong("chmod go-w it, having looked at what stands in it", "others can write it (mode %04o)", mode)
	}
	content, err := io.ReadAll(io.LimitReader(file, fileLimit+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > fileLimit:
		return nil, wrong("name a file of keys", "it is larger than 4 MiB")
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}), bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return nil, wrong("save it as UTF-8", "it is saved as UTF-16")
	}
	return content, nil
}

// fileProblem is a file that cannot be read.
func fileProblem(path string, err error, kept bool) Problem {
	var m *mistake
	p := Problem{Path: path}
	switch {
	case errors.As(err, &m):
		p.What, p.Next = m.what, m.next
	case errors.Is(err, fs.ErrNotExist):
		p.What, p.Next = "the file does not exist", "make it"
	case errors.Is(err, fs.ErrPermission):
		p.What, p.Next = "the file may not be read", "let warroom's user read it"
	default:
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		p.What, p.Next = "the file cannot be read: "+err.Error(), "mend that"
	}
	if kept {
		p.What += ", so what it said before goes on"
	}
	return p
}

// eachLine goes through the lines of a file without their ends, numbered from 1. A byte
// order mark at the beginning is no part of the first.
func eachLine(content []byte, take func(number int, line string)) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	number := 0
	for line := range bytes.Lines(content) {
		number++
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		take(number, text)
	}
}

// isNothing says whether a line is empty or a comment.
func isNothing(line string) bool {
	line = strings.Trim(line, " \t")
	return line == "" || line[0] == '#'
}

// checkLine refuses what no line of a text has.
func checkLine(line string) error {
	if len(line) > lineLimit {
		return wrong("put one key on a line", "the line has %d bytes and %d are taken", len(line), lineLimit)
	}
	for i := range len(line) {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
			return wrong("write the line anew", "the line holds a control character (0x%02x)", c)
		}
	}
	return nil
}
