package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// head is the last event of a journal, kept in a file apart: if the end of the journal
// is lost, what is left is a good chain, and only the head knows that there was more.
//
// It is written after each commit and not synced on its own account. After a crash of
// the program it is as good as the journal; after a power cut it may lag behind, and
// then shows less of a loss. It never leads, since the commit has been synced before.
type head struct {
	n    int64
	hash hash
}

// headLayout is one short line, which no disk writes by halves.
const headLayout = "warroom head 1 %020d %64s\n"

func (h head) String() string { return fmt.Sprintf(headLayout, h.n, hex.EncodeToString(h.hash[:])) }

// readHead reads the head of a journal; there may be none.
func readHead(path string) (h head, exists bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return head{}, false, nil
	}
	if err != nil {
		return head{}, false, cause(err)
	}
	if len(text) == 0 {
		return head{}, false, nil // nothing has happened yet
	}
	var sum string
	if _, err := fmt.Sscanf(string(text), "warroom head 1 %d %s", &h.n, &sum); err != nil {
		return head{}, true, errors.New("it cannot be understood")
	}
	decoded, err := hex.DecodeString(sum)
	if err != nil || len(decoded) != len(h.hash) {
		return head{}, true, errors.New("it cannot be understood")
	}
	if h.hash = hash(decoded); h.String() != string(text) {
		return head{}, true, errors.New("it cannot be understood")
	}
	return h, true, nil
}
