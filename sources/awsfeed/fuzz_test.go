package awsfeed

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode"

	"warroom/internal/room"
)

// FuzzReaders feeds all readers whatever comes: none panics, what is quiet was said to
// be, and no control character gets through.
func FuzzReaders(f *testing.F) {
	current, history := encoded([]any{dynamo(), over()}), encoded(map[string]any{"iam": []any{dynamo()}})
	for _, seed := range [][]byte{
		current, history, wide(current, binary.BigEndian), wide(history, binary.LittleEndian), []byte(goodRSS), []byte("[]"), []byte("{}"), nil,
		[]byte(`{"description": "x"}`), []byte("<html></html>"), current[:len(current)/2], []byte(goodRSS[:400]), {0xFE, 0xFF, 0}, []byte("[[[[[{}]]]]]"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := decode(body)
		if err != nil {
			return
		}
		for _, parse := range []func([]byte) (*reading, *trouble){readCurrent, readHistory, func(text []byte) (*reading, *trouble) { return readRSS(text, noon) }} {
			read, err := parse(text)
			if (read == nil) == (err == nil) {
				t.Fatal("neither a reading nor a trouble, or both")
			}
			if read == nil {
				continue
			}
			if len(read.events) == 0 && read.odd == read.all && read.all > 0 {
				t.Error("nothing could be read, and that counts as quiet")
			}
			for _, e := range read.events {
				examine(t, e.signal(noon))
			}
		}
		if said, err := readAnnouncement(text); err == nil && said != "" {
			b := banner{said, noon}
			examine(t, b.signal())
		}
	})
}

func examine(t *testing.T, s room.Signal) {
	t.Helper()
	detail := s.Detail.(*room.HealthDetail)
	for _, text := range []string{s.Key, s.Title, s.Reason, s.Service, s.Region, detail.ARN, detail.Service, detail.TypeCode} {
		if strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("a control character in %q", text)
		}
	}
	if s.Title == "" || s.Word == "" || s.Key == "" {
		t.Errorf("something is missing in %+v", s)
	}
}
