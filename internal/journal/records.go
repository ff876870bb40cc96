package journal

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"warroom/internal/room"
)

// partLeast is how many order numbers are worth a goroutine of their own.
const partLeast = 250

// Records reads the wanted records with an order number above after up to upTo, in
// their order. Most of the work is to decode them, which all processors share. *Broken
// if one of them is not what was written.
func (r *Reader) Records(ctx context.Context, after, upTo int64, want Want) ([]room.Record, error) {
	if upTo <= after {
		return nil, nil
	}
	parts := min(int64(runtime.GOMAXPROCS(0)), (upTo-after)/partLeast+1)
	found, failed := make([][]room.Record, parts), make([]error, parts)
	begin := func(part int64) int64 { return after + (upTo-after)*part/parts }
	var all sync.WaitGroup
	for part := range parts {
		all.Go(func() {
			failed[part] = r.Entries(ctx, begin(part), begin(part+1), want, func(e Entry) error {
				found[part] = append(found[part], e.Record)
				return nil
			})
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(found...), nil
}
