package awsclient

// What the tests of whole watches, in awsclient_test, take from those in here.
var Home = home

// Quickly makes a config be loaded for a test that cannot wait.
func (o Options) Quickly() Options {
	o.settings = impatient
	return o
}
