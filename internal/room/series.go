package room

import (
	"errors"
	"iter"
	"strings"
)

// Series is the newest readings of one signal, packed into a sixth of the memory that
// they take as Samples, and rounded to the microsecond. Immutable: a reading makes a new one, which shares all whole
// blocks with the one before. A nil Series is an empty one.
//
//	whole  ┌ 30 ┐┌ 30 ┐┌ 30 ┐ … ┌ 30 ┐   eight blocks at the most
//	open                              ┌ 7 …   grows by a copy, of which a block bounds the cost
//	All       └ 23 of the first, … 7 of the open one ┘   the newest 240
type Series struct {
	whole []string
	open  string
	count int       // readings in open, less than blockLength
	last  foregoing // the newest
}

// sampleLimit is how many readings of one signal are shown: an hour at one every
// fifteen seconds, and more than any row or first chart can draw.
const sampleLimit = 240

// blockLength is how many readings are packed into one block. It is also how many more
// than are shown are kept at the most, since only whole blocks are let go.
const blockLength = sampleLimit / 8

// Len is how many readings All gives.
func (s *Series) Len() int {
	if s == nil {
		return 0
	}
	return min(len(s.whole)*blockLength+s.count, sampleLimit)
}

// Last is the newest reading, the only one with its hops; ok is false if there is none.
func (s *Series) Last() (last Sample, ok bool) {
	if s == nil {
		return Sample{}, false
	}
	return s.last.sample, true
}

// All gives the readings, oldest first. Nothing is allocated for them: their texts are
// parts of the blocks.
func (s *Series) All() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		if s == nil {
			return
		}
		passed := len(s.whole)*blockLength + s.count - s.Len()
		var u unpacking
		for i := 0; i <= len(s.whole); i++ {
			if u.block, u.at = s.open, 0; i < len(s.whole) {
				u.block = s.whole[i]
			}
			for u.at < len(u.block) {
				u.next()
				if passed--; passed < 0 && !yield(u.sample) {
					return
				}
			}
		}
	}
}

// with is the series with one more reading.
func (s *Series) with(sample *Sample) *Series {
	next := new(Series)
	if s != nil {
		*next = *s
	}
	if next.count == 0 {
		next.last = foregoing{} // so that a block can be read without those before it
	}
	newest := sample.rounded()
	var usual [2048]byte // which a block does not exceed, unless its texts are very long
	next.open = string(next.last.pack(append(usual[:0], next.open...), &newest))
	if next.count++; next.count == blockLength {
		kept := next.whole[max(0, len(next.whole)+1-sampleLimit/blockLength):]
		next.whole = append(append(make([]string, 0, len(kept)+1), kept...), next.open)
		next.open, next.count = "", 0
	}
	return next
}

// redirected is the series whose newest reading has these hops, which are not packed.
func (s *Series) redirected(hops Hops) *Series {
	next := *s
	next.last.sample.Hops = &hops
	return &next
}

// packedForm is the first byte of a Series as it is stored, and grows by one when the
// packing changes.
const packedForm = 1

// MarshalBinary writes a series for a Checkpoint.
func (s *Series) MarshalBinary() ([]byte, error) {
	return append([]byte{packedForm}, strings.Join(s.whole, "")+s.open...), nil
}

// UnmarshalBinary reads what MarshalBinary has written.
func (s *Series) UnmarshalBinary(stored []byte) error {
	if len(stored) == 0 || stored[0] != packedForm {
		return errors.New("readings are stored in a form that this version does not know")
	}
	var read *Series
	u := unpacking{block: string(stored[1:])}
	for u.at < len(u.block) {
		u.next()
		read = read.with(&u.sample)
	}
	if u.broken || read == nil {
		return errors.New("stored readings are cut short")
	}
	*s = *read
	return nil
}
