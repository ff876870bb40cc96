package config

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"warroom/theme"
)

// FuzzAnyBytesGiveAConfigOrProblems (Q5) looks for bytes that make the reader fall over,
// and for a config that cannot be shown and read again.
func FuzzAnyBytesGiveAConfigOrProblems(f *testing.F) {
	for _, folder := range []string{"testdata/bad", "testdata/good"} {
		for _, file := range filesIn(f, folder) {
			content, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(content)
		}
	}
	f.Add([]byte(Example))
	f.Add([]byte(strings.Repeat("? ", 1000)))
	f.Add([]byte("a: &a [*a, *a]\n<<: *a\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		t.Setenv("WARROOM_TEST_SECRET", testSecret)
		c, err := Parse(FileName, content, known)
		if err != nil {
			var problems Problems
			if !errors.As(err, &problems) || len(problems) == 0 || c != nil {
				t.Fatalf("got %v and %v", c, err)
			}
			for _, problem := range problems {
				if strings.ContainsAny(problem.Error()+problem.Source, "\n\r\x1b\x00") {
					t.Errorf("the message holds what a terminal acts on: %q", problem.Detail())
				}
			}
			return
		}
		if bytes.Contains(c.Show(), []byte(hidden)) {
			return // and that is refused
		}
		again, err := Parse(FileName, c.Show(), known)
		if err != nil {
			t.Fatalf("what was shown cannot be loaded: %v\n%s", err, c.Show())
		}
		if again.digest = c.digest; !reflect.DeepEqual(again, c) {
			t.Errorf("what was shown gives another config:\n%s\ngot  %+v\nwant %+v", c.Show(), again, c)
		}
	})
}

// FuzzAnyBytesGiveAThemeOrProblems looks for a theme file that passes and then
// cannot be worn.
func FuzzAnyBytesGiveAThemeOrProblems(f *testing.F) {
	for _, file := range filesIn(f, "testdata/themes") {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("base: ansi16\nok: \"#00ff00 77 2 bold faint italic underline reverse\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := ParseTheme("mine.yaml", content, ours)
		var problems Problems
		if err != nil && (!errors.As(err, &problems) || len(problems) == 0 || read != nil) {
			t.Fatalf("got %v and %v", read, err)
		}
		if err == nil {
			if _, err := (theme.Library{}).With(theme.Own{Name: "mine", Base: read.Base, Looks: read.Looks()}); err != nil {
				t.Error(err)
			}
		}
	})
}
