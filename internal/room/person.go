package room

// Role is what a person's key may do: an access role, not the one that the person has in
// an incident. The zero Role may do nothing.
type Role string

// The roles, from the one that may do everything to the wall.
const (
	Admin     Role = "admin"
	Responder Role = "responder"
	Viewer    Role = "viewer"
	Kiosk     Role = "kiosk"
)

// Roles are all of them, the mightiest first.
var Roles = []Role{Admin, Responder, Viewer, Kiosk}

// Permission is something that not every role may do.
type Permission string

// The permissions.
const (
	MaySee    Permission = "see the room"
	MayMove   Permission = "move about: choose, open, filter, follow, look into the past"
	MayExport Permission = "take the room's record away with export"
	MayAct    Permission = "act: acknowledge, claim, note, mark, pin, take back"
	MayInvite Permission = "invite everybody to follow"
	MayLook   Permission = "have the world looked at again at once"
	MaySteer  Permission = "steer the clock of a drill"
	MayAdmin  Permission = "read the config again, show people out"
)

// Permissions are all of them, in the order of docs/roles.md.
var Permissions = []Permission{MaySee, MayMove, MayExport, MayAct, MayInvite, MayLook, MaySteer, MayAdmin}

// permissions is the one table of what each role may do. docs/roles.md shows it, and a
// test compares them.
var permissions = map[Role][]Permission{
	Admin:     Permissions,
	Responder: {MaySee, MayMove, MayExport, MayAct, MayInvite, MayLook, MaySteer},
	Viewer:    {MaySee, MayMove, MayExport},
	Kiosk:     {MaySee},
}

// May says whether a role may do something.
func (r Role) May(p Permission) bool {
	for _, granted := range permissions[r] {
		if granted == p {
			return true
		}
	}
	return false
}

// Least is the mildest role that may do something, as a refusal names it.
func (p Permission) Least() Role {
	for i := len(Roles) - 1; i >= 0; i-- {
		if Roles[i].May(p) {
			return Roles[i]
		}
	}
	return Admin
}

// Person is somebody in a room. Who it is follows from the key, never from a name that
// the person chose.
type Person struct {
	Name string // how others see the person; cleaned
	Key  string // the fingerprint of the SSH key, such as "SHA256:…"; "" for the person at this machine
	Role Role
}

// Is says whether an act is this person's.
func (p Person) Is(e *Event) bool { return e != nil && e.Actor == p.Name && e.ActorKey == p.Key }
