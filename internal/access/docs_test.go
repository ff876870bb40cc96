package access

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"warroom/internal/room"
)

// roles is docs/roles.md.
func roles(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/roles.md")
	must(t, err)
	return string(text)
}

func TestTheTableOfRolesIsTheOneOfTheCode(t *testing.T) {
	want := "| |"
	for _, role := range room.Roles {
		want += " " + string(role) + " |"
	}
	want += "\n|" + strings.Repeat(" --- |", 1+len(room.Roles)) + "\n"
	for _, permission := range room.Permissions {
		want += "| " + string(permission) + " |"
		for _, role := range room.Roles {
			want += map[bool]string{true: " yes |", false: " |"}[role.May(permission)]
		}
		want += "\n"
	}
	_, after, _ := strings.Cut(roles(t), "## Roles\n\n")
	got, _, _ := strings.Cut(after, "\n\n")
	if got+"\n" != want {
		t.Errorf("docs/roles.md has\n%s\nand the code\n%s", got, want)
	}
}

func TestTheOptionsInTheDocumentAreThoseThatAreTaken(t *testing.T) {
	_, table, _ := strings.Cut(roles(t), "| option |")
	table, _, _ = strings.Cut(table, "\n\n")
	documented := map[string]bool{}
	for _, found := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(table, -1) {
		documented[found[1]] = true
		if takers[found[1]] == nil {
			t.Errorf("%s is in the document and not taken", found[1])
		}
	}
	for name := range takers {
		if !documented[name] {
			t.Errorf("%s is taken and not in the document", name)
		}
	}
	for name := range refused {
		if !strings.Contains(roles(t), "`"+name+"`") {
			t.Errorf("%s is refused and not in the document", name)
		}
	}
}

func TestTheExamplesInTheDocumentAreGood(t *testing.T) {
	block := func(kind string) []byte {
		_, after, _ := strings.Cut(roles(t), "```"+kind+"\n")
		text, _, _ := strings.Cut(after, "```")
		return []byte(text)
	}
	entries, problems := Parse("docs/roles.md", block("authorized_keys"))
	if len(entries) != 3 || len(problems) > 0 || entries[0].Name != "ana" || entries[2].Name != "ben" {
		t.Errorf("entries %v, problems %v", entries, problems)
	}
	r, problems := parseRevoked("docs/roles.md", block("revoked"))
	if line, gone := r.key(entries[2].Key); len(problems) > 0 || !gone || line != 4 || len(r.ids) != 1 || len(r.serials) != 1 {
		t.Errorf("revoked %v, problems %v", r, problems)
	}
}
