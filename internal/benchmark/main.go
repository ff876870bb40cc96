// Command benchmark measures what a probe of warroom's costs beside two others that do
// the same work on the same schedule: net/http with one shared Transport, and the library
// of blackbox_exporter. The servers that are probed run in a process of their own, and so
// does every run of a contestant. README.md has the rules.
//
//	go run . -rate 1000 -seconds 20 -protocol http
//	go run . -all
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// What this program does when it has started itself once more.
const (
	asServer     = "server"
	asContestant = "contestant"
	asMemory     = "memory"
	asConfigured = "configured"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 1 && arguments[0] == asServer {
		return serve()
	}
	if len(arguments) == 2 {
		switch arguments[0] {
		case asContestant:
			return answer(arguments[1], contend)
		case asMemory:
			return answer(arguments[1], remember)
		case asConfigured:
			return answer(arguments[1], configure)
		}
	}
	return compare()
}

// answer does a task that another process of this program has set, and prints what came of it.
func answer[Result any](text string, do func(task) (Result, error)) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return err
	}
	result, err := do(t)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
