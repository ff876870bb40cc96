package trust

import "os"

// Kept is what was read from some files, and is read again once one of them has changed
// or was replaced. Not safe for concurrent use.
type Kept[T any] struct {
	read  func() (T, error)
	files []string
	seen  []os.FileInfo
	value T
}

// Keep reads files for the first time. The error is that of the reading.
func Keep[T any](read func() (T, error), files ...string) (*Kept[T], error) {
	k := &Kept[T]{read: read, files: files}
	_, err := k.Now()
	return k, err
}

// Now is what the files hold by now: the same value as long as they stay as they are. An
// error says why they cannot be read any more; the next call tries again.
func (k *Kept[T]) Now() (T, error) {
	now := make([]os.FileInfo, len(k.files)) // from before the reading, so that no change is missed
	changed := k.seen == nil
	for i, file := range k.files {
		about, err := os.Stat(file)
		if err != nil {
			changed = true
			continue
		}
		now[i] = about
		changed = changed || !same(k.seen[i], about)
	}
	if !changed {
		return k.value, nil
	}
	value, err := k.read()
	if err != nil {
		k.seen = nil
		return value, err
	}
	k.value, k.seen = value, now
	return value, nil
}

func same(was, is os.FileInfo) bool {
	return was != nil && os.SameFile(was, is) && was.ModTime().Equal(is.ModTime()) && was.Size() == is.Size()
}
