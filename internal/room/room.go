// Package room holds the shared truth of one war room: what is watched, what
// happened, and the one function that folds the second into the first.
//
// Data moves one way. Sources hand Observations to a Room; the Room turns every
// change of state into an Event, folds it, and publishes an immutable Snapshot;
// viewers hold a Reader (look) or a Desk (look and act). The package imports
// nothing but the standard library, so that everything else may import it.
package room
