// Command loadtest measures what viewers cost a server: it serves a room in a process of
// its own, lets many SSH clients look at it from another, and prints what the server took.
//
//	go run ./internal/serve/loadtest -viewers 200
//	go run ./internal/serve/loadtest -viewers 200 -different
//	go run ./internal/serve/loadtest -viewers 200 -frozen 20 -for 90s
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "server" {
		exitOn(serveRoom())
		return
	}
	var l load
	flag.IntVar(&l.viewers, "viewers", 200, "how many look at the room")
	flag.BoolVar(&l.different, "different", false, "every one with a size and a focus of its own, instead of all alike")
	flag.IntVar(&l.frozen, "frozen", 0, "how many of them stop reading")
	flag.DurationVar(&l.length, "for", 30*time.Second, "how long to measure")
	flag.StringVar(&l.change, "change", "reading", "what changes once a second: reading (of a probe), state (of an alarm, a line of the timeline) or nothing")
	flag.Parse()
	exitOn(l.run())
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}
