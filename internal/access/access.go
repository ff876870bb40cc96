// Package access is who may enter, and as what.
package access

import (
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

type Grant struct {
	Person      room.Person
	Permissions *gossh.Permissions
	Expires     time.Time
	Cert        string
	Zone        *time.Location
	Night       string
	Sessions    int
}
