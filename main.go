// Command warroom is an incident war room in a terminal.
package main

import (
	"os"

	"warroom/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
