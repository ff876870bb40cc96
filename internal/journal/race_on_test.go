//go:build race

package journal

// raceEnabled says whether the race detector slows everything down.
const raceEnabled = true
