//go:build !linux

package journal

func limitFiles() {}
