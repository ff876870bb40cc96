package journal

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	"warroom/internal/room"
)

// A checkpoint is written as a compressed gob. It only saves the work of folding the
// records before it: one that is not there, or cannot be read, is done without, unless
// it stands for events that were let go.
func init() {
	gob.Register(new(room.HealthDetail))
	gob.RegisterName("*room.AlarmDetail", new(flatAlarm))
	gob.RegisterName("alarm", new(room.AlarmDetail))
	gob.Register(new(room.ProbeDetail))
	gob.Register(new(room.GroupDetail))
}

// sumUp is a checkpoint as it is stored.
type sumUp struct {
	n, at int64
	state []byte
	sum   hash
}

// encode makes a checkpoint ready and queues it; nobody waits for that.
func (j *Journal) encode(c *room.Checkpoint, n int64) {
	j.sum.Go(func() {
		s, err := sumUpOf(c, n)
		if err != nil {
			j.log.Warn("a checkpoint of the journal could not be made; opening it takes longer", "cause", err)
			return
		}
		j.put(item{state: s})
	})
}

func sumUpOf(c *room.Checkpoint, n int64) (*sumUp, error) {
	var out bytes.Buffer
	squeeze, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(squeeze).Encode(c); err != nil {
		return nil, err
	}
	if err := squeeze.Close(); err != nil {
		return nil, err
	}
	s := &sumUp{n: n, at: c.At.UnixMicro(), state: out.Bytes()}
	s.sum = s.digest()
	return s, nil
}

// digest is what the sum of a checkpoint should be.
func (s *sumUp) digest() hash {
	sum := sha256.New()
	var numbers [16]byte
	binary.BigEndian.PutUint64(numbers[:], uint64(s.n))
	binary.BigEndian.PutUint64(numbers[8:], uint64(s.at))
	sum.Write(numbers[:])
	sum.Write(s.state)
	return hash(sum.Sum(nil))
}

// stateLimit bounds what a checkpoint may unfold to, in bytes: a room of ten thousand
// probes has a tenth of it.
const stateLimit = 1 << 30

func (s *sumUp) checkpoint() (*room.Checkpoint, error) {
	if s.digest() != s.sum {
		return nil, errors.New("a checkpoint is not what was written")
	}
	c := new(room.Checkpoint)
	if err := gob.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(s.state)), stateLimit)).Decode(c); err != nil {
		return nil, fmt.Errorf("a checkpoint cannot be understood: %w", err)
	}
	shareJudgings(c)
	return c, nil
}

// shareJudgings lets alarms that judge alike have that in common again, also those that an
// earlier version wrote.
func shareJudgings(c *room.Checkpoint) {
	alike := map[room.Judging]*room.Judging{{}: {}}
	for i := range c.Facts {
		signal := c.Facts[i].Signal
		if signal == nil {
			continue
		}
		if flat, ok := signal.Detail.(*flatAlarm); ok {
			signal.Detail = flat.today()
		}
		alarm, ok := signal.Detail.(*room.AlarmDetail)
		switch {
		case !ok:
		case alarm.Judging == nil:
			alarm.Judging = alike[room.Judging{}]
		case alike[*alarm.Judging] == nil:
			alike[*alarm.Judging] = alarm.Judging
		default:
			alarm.Judging = alike[*alarm.Judging]
		}
	}
}
