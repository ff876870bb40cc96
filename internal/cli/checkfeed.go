package cli

import (
	"context"
	"errors"
	"fmt"

	"warroom/internal/room"
	"warroom/sources"
)

// feeds looks once at AWS's public feeds.
func (c *checker) feeds(ctx context.Context) []finding {
	about := subject{topic: topicFeed, name: "AWS's public feeds"}
	if c.broken {
		return []finding{about.skip("the config says which regions are wanted, and it has mistakes", "mend the config first")}
	}
	watches, not := feedWatch(ctx, c.cfg, world{clock: room.Wall{}})
	if not != "" {
		return []finding{about.skip(not, "")}
	}
	done, err := c.turn(ctx)
	if err != nil {
		return []finding{c.overdue(about)}
	}
	defer done()
	within, cancel := context.WithTimeout(ctx, watches[0].Timeout)
	defer cancel()
	open := 0
	err = watches[0].Look(within, func(signals []room.Signal) {
		for i := range signals {
			if signals[i].Word == "OPEN" {
				open++
			}
		}
	})
	var failure *sources.Failure
	if !errors.As(err, &failure) {
		return []finding{about.ok(fmt.Sprintf("reachable and readable; events that go on: %d", open))}
	}
	c.log.Warn("check failed", "topic", topicFeed, "name", about.name, "cause", failure.Err)
	if failure.Partial {
		return []finding{about.warn(failure.What+": "+failure.Why, failure.Next)}
	}
	return []finding{about.fail("could not be read: "+failure.Why, failure.Next)}
}
