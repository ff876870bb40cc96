package room

import "iter"

// Series is the newest readings of one signal. Immutable: a reading makes a new one,
// which shares what was there before. A nil Series is an empty one.
type Series struct {
	Samples []Sample // oldest first
}

// sampleLimit is how many readings of one signal are shown: an hour at one every
// fifteen seconds, and more than any row or first chart can draw.
const sampleLimit = 240

// sampleSlack is how many more are kept before the oldest are let go: of a thousand
// endpoints what nobody sees is 10 MB.
const sampleSlack = sampleLimit / 4

// Len is how many readings All gives.
func (s *Series) Len() int {
	if s == nil {
		return 0
	}
	return min(len(s.Samples), sampleLimit)
}

// Last is the newest reading; ok is false if there is none.
func (s *Series) Last() (last Sample, ok bool) {
	if s.Len() == 0 {
		return Sample{}, false
	}
	return s.Samples[len(s.Samples)-1], true
}

// All gives the readings, oldest first.
func (s *Series) All() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		if s == nil {
			return
		}
		for _, sample := range s.Samples[len(s.Samples)-s.Len():] {
			if !yield(sample) {
				return
			}
		}
	}
}

// with is the series with one more reading. The array is shared up to the old length,
// so that only the turn at the limit and its slack copies.
func (s *Series) with(sample *Sample) *Series {
	var samples []Sample
	if s != nil {
		samples = s.Samples
	}
	samples = append(samples, *sample)
	if len(samples) > sampleLimit+sampleSlack {
		samples = append(make([]Sample, 0, sampleLimit+sampleSlack+1), samples[len(samples)-sampleLimit:]...)
	}
	return &Series{samples}
}
