package awsfeed

import (
	"encoding/json"
	"strings"
	"time"

	"warroom/internal/clean"
)

// banner is what AWS announces over its status page, as it did when it could not post
// about single services.
type banner struct {
	text  string
	since time.Time // when it was first seen: the feed has no time
}

// readAnnouncement reads the banner; "" if there is none.
func readAnnouncement(text []byte) (string, *trouble) {
	var from map[string]json.RawMessage
	if err := unmarshal(text, &from); err != nil {
		return "", err
	}
	value, ok := from["description"]
	var description *string
	if !ok || json.Unmarshal(value, &description) != nil {
		return "", unreadable(newShape)
	}
	if description == nil || strings.TrimSpace(*description) == "" {
		return "", nil
	}
	said := clean.Text(plain(*description), textLimit)
	if said == "" { // a picture, or what is called a tag
		return "", unreadable(newShape)
	}
	return said, nil
}
