package config

import _ "embed"

// Example is the commented first config that `warroom config init` writes. It is
// valid as it stands and needs nothing else to be set up.
//
//go:embed example.yaml
var Example string
