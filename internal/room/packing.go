package room

import (
	"bytes"
	"encoding/binary"
	"time"
)

// A packed reading is two bytes that say what follows, and then only what is not to be
// expected after the reading before: times and durations in microseconds and numbers, as
// varints. A text that is in the block already is written as how far back that is: of a
// latency in two digits the same texts come again and again. Source of varints: Protocol
// Buffers, "Encoding"; of the change of the step between two times: Pelkonen and others,
// "Gorilla: A Fast, Scalable, In-Memory Time Series Database", 4.1.1.
const (
	packedState   = 3         // the two lowest bits are the state
	packedAfresh  = 2 << iota // nothing is taken over from a reading before
	packedAddress             // these five are not as before
	packedText
	packedClass
	packedPhase
	packedStatus
	packedLate    // not 0
	packedSkipped // not 0
	packedTotal   // not the sum of the phases
	packedResolve // this one and four more: a phase that is not Absent
)

// rounded is a reading to the microsecond, as it is packed: nothing is shown more finely.
// Each phase is what lies between two rounded moments, so that what added up still does.
func (s *Sample) rounded() Sample {
	r := *s
	r.At = time.UnixMicro(s.At.UnixMicro()).UTC()
	if r.Total = Absent; s.Total >= 0 {
		r.Total = s.Total.Round(time.Microsecond)
	}
	r.Late = s.Late.Round(time.Microsecond)
	passed := time.Duration(0)
	for _, took := range r.Phases.inOrder() {
		if *took < 0 {
			*took = Absent
			continue
		}
		began := passed.Round(time.Microsecond)
		passed += *took
		*took = passed.Round(time.Microsecond) - began
	}
	return r
}

// foregoing is what a reading is packed against, and read with: the one before it. The
// zero foregoing is that of the first one in a block.
type foregoing struct {
	sample Sample
	step   int64 // from the reading before that one, in microseconds
}

// pack appends a rounded reading to what was packed, and is what comes before the next.
func (f *foregoing) pack(to []byte, s *Sample) []byte {
	head, start := uint16(s.State)&packedState, len(to)
	to = append(to, 0, 0) // for the head, which is known in the end
	step := s.At.UnixMicro() - f.sample.At.UnixMicro()
	if f.sample.At.IsZero() {
		*f, step, head = foregoing{}, 0, head|packedAfresh
		to = binary.AppendVarint(to, s.At.UnixMicro())
	} else {
		to = binary.AppendVarint(to, step-f.step)
	}
	for _, text := range []struct {
		flag        uint16
		now, before string
	}{
		{packedAddress, s.Address, f.sample.Address}, {packedText, s.Text, f.sample.Text},
		{packedClass, s.Class, f.sample.Class}, {packedPhase, s.Phase, f.sample.Phase},
	} {
		if text.now != text.before {
			head |= text.flag
			to = packText(to, text.now)
		}
	}
	sum, flag := Absent, uint16(packedResolve)
	for _, took := range s.Phases.inOrder() {
		if *took != Absent {
			head |= flag
			to = binary.AppendUvarint(to, uint64(took.Microseconds()))
			sum = max(sum, 0) + *took
		}
		flag <<= 1
	}
	if s.Total != sum {
		head |= packedTotal
		to = binary.AppendUvarint(to, uint64(max(0, s.Total+time.Microsecond).Microseconds())) // 0 is Absent
	}
	for _, number := range []struct {
		flag          uint16
		now, expected int64
	}{
		{packedStatus, int64(s.Status), int64(f.sample.Status)}, {packedLate, s.Late.Microseconds(), 0}, {packedSkipped, int64(s.Skipped), 0},
	} {
		if number.now != number.expected {
			head |= number.flag
			to = binary.AppendVarint(to, number.now)
		}
	}
	binary.LittleEndian.PutUint16(to[start:], head)
	f.sample, f.step = *s, step
	return to
}

// packText appends a text: its length, which is even if the text follows, and odd if it
// is as far back as the next number says.
func packText(to []byte, text string) []byte {
	length := 2 * uint64(len(text))
	if at := bytes.Index(to, []byte(text)); at >= 0 && text != "" {
		to = binary.AppendUvarint(to, length+1)
		return binary.AppendUvarint(to, uint64(len(to)-at))
	}
	return append(binary.AppendUvarint(to, length), text...)
}

// unpacking reads readings in the order in which they were packed.
type unpacking struct {
	foregoing        // the reading that was read last
	block     string // what is read
	at        int    // how much of it is read
	broken    bool   // it is not what pack writes
}

// next reads one more.
func (u *unpacking) next() {
	s, head := &u.sample, u.head()
	if head&packedAfresh != 0 {
		u.foregoing = foregoing{sample: Sample{At: time.UnixMicro(u.number()).UTC()}}
	} else {
		u.step += u.number()
		s.At = time.UnixMicro(s.At.UnixMicro() + u.step).UTC()
	}
	s.State = State(head & packedState)
	if head&packedAddress != 0 {
		s.Address = u.text()
	}
	if head&packedText != 0 {
		s.Text = u.text()
	}
	if head&packedClass != 0 {
		s.Class = u.text()
	}
	if head&packedPhase != 0 {
		s.Phase = u.text()
	}
	s.Total, s.Late, s.Skipped = Absent, 0, 0
	flag := uint16(packedResolve)
	for _, took := range s.Phases.inOrder() {
		if *took = Absent; head&flag != 0 {
			*took = u.duration()
			s.Total = max(s.Total, 0) + *took
		}
		flag <<= 1
	}
	if head&packedTotal != 0 {
		if s.Total = u.duration() - time.Microsecond; s.Total < 0 {
			s.Total = Absent
		}
	}
	if head&packedStatus != 0 {
		s.Status = int(u.number())
	}
	if head&packedLate != 0 {
		s.Late = time.Duration(u.number()) * time.Microsecond
	}
	if head&packedSkipped != 0 {
		s.Skipped = int(u.number())
	}
}

// inOrder is where the phases are, from the first to the last.
func (p *Phases) inOrder() [5]*time.Duration {
	return [...]*time.Duration{&p.Resolve, &p.Connect, &p.TLS, &p.FirstByte, &p.Transfer}
}

func (u *unpacking) head() uint16 {
	if len(u.block)-u.at < 2 {
		u.fail()
		return 0
	}
	u.at += 2
	return binary.LittleEndian.Uint16([]byte(u.block[u.at-2:]))
}

func (u *unpacking) size() uint64 {
	size, length := binary.Uvarint([]byte(u.block[u.at:]))
	if u.at += length; length <= 0 {
		u.fail()
	}
	return size
}

func (u *unpacking) duration() time.Duration { return time.Duration(u.size()) * time.Microsecond }

func (u *unpacking) number() int64 {
	number, length := binary.Varint([]byte(u.block[u.at:]))
	if u.at += length; length <= 0 {
		u.fail()
	}
	return number
}

func (u *unpacking) text() string {
	size := u.size()
	from, length := u.at, int(min(size/2, uint64(len(u.block))))
	if size%2 == 1 {
		from -= int(min(u.size(), uint64(from)+1)) // before the block if it is too far back
	} else {
		u.at += length
	}
	if from < 0 || from+length > len(u.block) {
		u.fail()
		return ""
	}
	return u.block[from : from+length]
}

// fail ends the reading of what pack has not written.
func (u *unpacking) fail() { u.broken, u.at = true, len(u.block) }
