package probe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"warroom/internal/clean"
)

const (
	// burstLimit is how many pings one look may send.
	burstLimit = 20
	// burstGap is the time between two pings of a burst, real time.
	burstGap = 20 * time.Millisecond
	// sizeLeast and sizeMost bound the payload of a ping, in bytes: the nonce fits, and
	// with the headers of IPv4 the largest fills a jumbo frame of 9000 bytes.
	sizeLeast, sizeMost = 16, 8972
)

// prepareICMP makes the prober of a URL such as icmp://host?count=5.
func prepareICMP(t *target) (prober, error) {
	if err := t.speaksNoHTTP(); err != nil {
		return nil, err
	}
	if t.spec.Body != "" || t.text != nil || t.url.Path != "" && t.url.Path != "/" || t.url.Port() != "" {
		return nil, errors.New("an ICMP probe is a host and nothing else; write its URL as icmp://host")
	}
	count, size := 1, sizeLeast
	for name, values := range t.url.Query() {
		n, err := strconv.Atoi(values[len(values)-1])
		switch {
		case err == nil && name == "count" && n >= 1 && n <= burstLimit:
			count = n
		case err == nil && name == "size" && n >= sizeLeast && n <= sizeMost:
			size = n
		default:
			return nil, fmt.Errorf("its URL asks for %q; an ICMP probe takes count=1 to count=%d and size=%d to size=%d",
				clean.Line(name, nameLimit), burstLimit, sizeLeast, sizeMost)
		}
	}
	return func(ctx context.Context, t *target, watch *stopwatch) outcome {
		var found outcome
		found.failure = pingAll(ctx, t, count, size, watch, &found)
		return found
	}, nil
}

// pingAll sends a burst to the first address of a host and waits for every answer. The
// phase of the first byte is the average round trip.
func pingAll(ctx context.Context, t *target, count, size int, watch *stopwatch, found *outcome) *failure {
	addresses, f := t.addresses(ctx, t.endpoint, watch)
	if f != nil {
		return f
	}
	to := addresses[0]
	watch.reached = netip.AddrPortFrom(to, 0)
	ctx, cancel := context.WithDeadline(ctx, t.deadline(watch))
	defer cancel()
	socket, err := pings.open(to)
	if err != nil {
		watch.lap(phaseFirstByte)
		return unpinged(err)
	}
	defer socket.close()
	trips, refused, err := socket.burst(ctx, to, count, size)
	if err != nil {
		watch.lap(phaseFirstByte)
		return unpinged(err)
	}
	watch.lap(phaseFirstByte)
	lost := count - len(trips)
	switch {
	case len(trips) == 0 && refused != "":
		return &failure{class: classICMP, phase: phaseFirstByte, reason: refused, cause: syscall.EHOSTUNREACH}
	case len(trips) == 0:
		return timedOut(t, phaseFirstByte)
	case lost > 0:
		came := fmt.Sprintf("%d of %d lost, %s", lost, count, spreadOf(trips))
		return &failure{class: classICMP, phase: phaseFirstByte, reason: "some of the pings are lost", text: came, came: came}
	}
	watch.laps[phaseFirstByte] = average(trips)
	watch.last = watch.start.Add(max(watch.laps[phaseResolve], 0) + average(trips))
	found.did = "answered"
	if count > 1 {
		found.did = fmt.Sprintf("%d answers, %s,", count, spreadOf(trips))
	}
	return nil
}

func average(trips []time.Duration) time.Duration {
	sum := time.Duration(0)
	for _, trip := range trips {
		sum += trip
	}
	return sum / time.Duration(len(trips))
}

// spreadOf writes the least, the average and the most.
func spreadOf(trips []time.Duration) string {
	return fmt.Sprintf("%s/%s/%s", Latency(slices.Min(trips)), Latency(average(trips)), Latency(slices.Max(trips)))
}

// unpinged says why no ping could be sent; that it may not is for whoever runs this.
func unpinged(err error) *failure {
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		program := "warroom"
		if path, err := os.Executable(); err == nil {
			program = filepath.Base(path)
		}
		return &failure{
			class: classError, phase: phaseFirstByte, reason: "this system does not let warroom send pings", cause: err,
			next: fmt.Sprintf(`run sysctl -w net.ipv4.ping_group_range="0 2147483647", or setcap cap_net_raw+ep on %s`, program),
		}
	}
	if own := ownTrouble(phaseFirstByte, err); own != nil {
		return own
	}
	if errors.Is(err, syscall.EMSGSIZE) { // this machine knows it, since no ping may be cut up
		return &failure{class: classICMP, phase: phaseFirstByte, reason: tooLarge, cause: err}
	}
	if errors.Is(err, syscall.EHOSTUNREACH) {
		return &failure{class: classICMP, phase: phaseFirstByte, reason: "no way to the host: it is down, or a router says so", cause: err}
	}
	return &failure{class: classError, phase: phaseFirstByte, reason: "the ping could not be sent", next: "the log has the cause (--log FILE)", cause: err}
}
