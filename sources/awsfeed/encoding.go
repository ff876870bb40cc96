package awsfeed

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// decode makes UTF-8 of what a feed sends: UTF-16 of either order, by its mark or by
// the zero beside the first character, and otherwise UTF-8.
func decode(body []byte) ([]byte, *trouble) {
	switch {
	case bytes.HasPrefix(body, []byte{0xEF, 0xBB, 0xBF}):
		body = body[3:]
	case bytes.HasPrefix(body, []byte{0xFE, 0xFF}):
		return fromUTF16(body[2:], binary.BigEndian)
	case bytes.HasPrefix(body, []byte{0xFF, 0xFE}):
		return fromUTF16(body[2:], binary.LittleEndian)
	case len(body) > 1 && body[0] == 0:
		return fromUTF16(body, binary.BigEndian)
	case len(body) > 1 && body[1] == 0:
		return fromUTF16(body, binary.LittleEndian)
	}
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return nil, unreadable("the answer is empty")
	case !utf8.Valid(body):
		return nil, unreadable("the answer is in no encoding that is known")
	}
	return body, nil
}

func fromUTF16(body []byte, order binary.ByteOrder) ([]byte, *trouble) {
	if len(body)%2 != 0 {
		return nil, unreadable(halfAnswer)
	}
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	text := bytes.TrimSpace([]byte(string(utf16.Decode(units))))
	if len(text) == 0 {
		return nil, unreadable("the answer is empty")
	}
	return text, nil
}

// isPage says whether a text is a web page: what a proxy, a login or a captive portal
// puts in the place of a feed, often with status 200.
func isPage(text []byte) bool {
	head := bytes.ToLower(text[:min(len(text), 512)])
	return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<!doctype html"))
}
