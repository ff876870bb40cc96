//go:build !unix

package terminal

import "os"

// foreground says whether this program may talk with the terminal: always, where
// there is no job control.
func foreground(*os.File) bool { return true }
