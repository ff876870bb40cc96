package journal

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"warroom/internal/room"
)

// troubleOf says why nothing is being kept, in words. Source of the codes: SQLite
// "Result and Error Codes".
func troubleOf(err error) *room.Trouble {
	t := &room.Trouble{What: "what happens here is not being kept", Why: "the journal cannot be written", Next: "every second it is tried again; nothing of it is lost while this program runs"}
	var failed *sqlite.Error
	var words *Newer
	switch {
	case errors.Is(err, errGone):
		t.Why = "the file of the journal was moved or deleted"
		t.Next = "put it back, or start again; what happened since is in this program's memory alone"
	case errors.As(err, &words):
		t.Why = words.Error()
	case errors.As(err, &failed):
		switch failed.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			t.Why, t.Next = "the disk is full", "make room: every second it is tried again, and nothing is lost while this program runs"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			t.Why, t.Next = "the journal or its directory cannot be written", "allow it, or start again with another --state"
		case sqlite3.SQLITE_IOERR:
			t.Why, t.Next = "the disk does not take it", "look whether it is full or broken; every second it is tried again"
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			t.Why, t.Next = "the journal is damaged", "`warroom journal verify` says what is lost, `warroom journal salvage` saves the rest"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			t.Why = "another program holds the journal"
		}
	case errors.Is(err, syscall.ENOSPC):
		t.Why, t.Next = "the disk is full", "make room, and start again"
	default:
		t.Why = fmt.Sprintf("the journal cannot be used: %s", cause(err))
		t.Next = "`warroom journal verify` says what is wrong with it"
	}
	return t
}
