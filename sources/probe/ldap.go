package probe

import (
	"bufio"
	"fmt"
)

// The tags of BER that an answer to StartTLS has (RFC 4511, section 4.12).
const berInteger, berOctets, berEnumerated, berSequence, berExtendedResponse = 0x02, 0x04, 0x0a, 0x30, 0x78

// berHeadSize is a tag, and a length in five bytes, as Active Directory writes it. No
// answer is shorter.
const berHeadSize = 6

// ldapReply reads an ExtendedResponse: the number of the message, and in it a result, a
// name and a text.
func ldapReply(r *bufio.Reader) (said, error) {
	if start, err := r.Peek(1); err != nil {
		return said{}, err
	} else if start[0] != berSequence {
		_, _ = r.Peek(berHeadSize) // more of it to show
		return foreign(r)
	}
	head, err := r.Peek(berHeadSize)
	if err != nil {
		return said{}, err
	}
	from, size, ok := berHead(head)
	if !ok || size > replySize-from {
		return foreign(r)
	}
	message, err := r.Peek(from + size)
	if err != nil {
		return said{}, err
	}
	_, rest, isMessage := berElement(message[from:], berInteger)
	response, _, isResponse := berElement(rest, berExtendedResponse)
	result, rest, hasResult := berElement(response, berEnumerated)
	if !isMessage || !isResponse || !hasResult || len(result) != 1 {
		return foreign(r)
	}
	answer := said{result[0] == 0, fmt.Sprintf("it answers with result %d", result[0])}
	_, rest, _ = berElement(rest, berOctets)
	if text, _, hasText := berElement(rest, berOctets); hasText && len(text) > 0 {
		answer.words += ", " + escaped(text)
	}
	_, err = r.Discard(len(message))
	return answer, err
}

// berHead reads a tag and a length: where what it is about begins, and how long it is.
func berHead(b []byte) (from, size int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	if b[1] < 0x80 {
		return 2, int(b[1]), true
	}
	from = 2 + int(b[1]&0x7f)
	if from == 2 || from > berHeadSize || from > len(b) {
		return 0, 0, false
	}
	for _, one := range b[2:from] {
		size = size<<8 | int(one)
	}
	return from, size, true
}

// berElement cuts the first element off, which must have a tag.
func berElement(b []byte, tag byte) (content, rest []byte, ok bool) {
	from, size, ok := berHead(b)
	if !ok || b[0] != tag || size > len(b)-from {
		return nil, nil, false
	}
	return b[from : from+size], b[from+size:], true
}
