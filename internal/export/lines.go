package export

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads lines, each of bounded length.
type lines struct {
	in     *bufio.Reader
	number int // of the last that was read, from 1
}

func newLines(in io.Reader) *lines { return &lines{in: bufio.NewReaderSize(in, 64<<10)} }

// next is the next line without its end, or io.EOF. What is read is valid until then.
func (l *lines) next() ([]byte, error) {
	l.number++
	var text []byte
	for {
		part, err := l.in.ReadSlice('\n')
		if l.number == 1 && len(text) == 0 {
			part = bytes.TrimPrefix(part, []byte("\ufeff")) // which spreadsheets put before what they save
		}
		text = append(text, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")), nil
		case len(text) > lineLimit:
			return nil, &Broken{l.number, fmt.Sprintf("it has more than %d MB, and no line is that long", lineLimit>>20)}
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) == 0:
			if l.number == 1 {
				return nil, &Broken{1, "the file is empty"}
			}
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, &Broken{l.number, "it breaks off in the middle: the end of the file is lost"}
		}
		return nil, err
	}
}

// bounded refuses a line that is too long, before anybody has taken it in whole.
type bounded struct {
	in   io.Reader
	long int // bytes since the last end of a line
}

func (b *bounded) Read(into []byte) (int, error) {
	n, err := b.in.Read(into)
	if at := bytes.LastIndexByte(into[:n], '\n'); at >= 0 {
		b.long = n - at - 1
	} else {
		b.long += n
	}
	if b.long > lineLimit {
		return n, fmt.Errorf("a line has more than %d MB, and none is that long", lineLimit>>20)
	}
	return n, err
}
