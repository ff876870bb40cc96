package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// secretLimit bounds a file that holds one secret, in bytes: the largest real ones
// are certificates and signed tokens.
const secretLimit = 64 << 10

var (
	// referencePattern finds ${…}, and $${ which stands for the characters ${.
	referencePattern = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)
	variablePattern  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// resolve replaces every reference in text with its value, encoded for its place.
// wrong says in words which one cannot be resolved and never holds a value. Paths are
// taken from folder.
func resolve(text, folder string, encode func(string) string) (s Secret, wrong string) {
	s = Secret{written: text}
	value := referencePattern.ReplaceAllStringFunc(text, func(found string) string {
		if found == "$${" {
			return "${"
		}
		s.reference = true
		resolved, problem := resolveOne(found, folder)
		if wrong == "" {
			wrong = problem
		}
		return encode(resolved)
	})
	s.value = &value
	return s, wrong
}

// asItIs encodes nothing.
func asItIs(value string) string { return value }

func resolveOne(reference, folder string) (value, wrong string) {
	inner, closed := strings.CutSuffix(strings.TrimPrefix(reference, "${"), "}")
	if !closed {
		return "", "a reference begins with ${ and is never closed; add the }, or write $${ for the characters themselves"
	}
	kind, name, _ := strings.Cut(inner, ":")
	switch {
	case kind == "env" && variablePattern.MatchString(name):
		return resolveVariable(name)
	case kind == "file" && name != "":
		return resolveFile(name, folder)
	case variablePattern.MatchString(inner) && inner != "env" && inner != "file":
		return "", fmt.Sprintf("${%s} is not a reference; write ${env:%s}, ${file:PATH}, or $${ for the characters themselves", inner, inner)
	}
	return "", fmt.Sprintf("${%s} is not a reference; write ${env:NAME}, ${file:PATH}, or $${ for the characters themselves", clip(inner))
}

func resolveVariable(name string) (value, wrong string) {
	value, set := os.LookupEnv(name)
	switch {
	case !set:
		return "", fmt.Sprintf("the environment variable %s is not set; set it before starting warroom", name)
	case value == "":
		return "", fmt.Sprintf("the environment variable %s is empty; give it a value before starting warroom", name)
	}
	return value, ""
}

func resolveFile(path, folder string) (value, wrong string) {
	content, err := readRegular(from(folder, path), secretLimit)
	if err != nil {
		return "", fmt.Sprintf("the file %s %s", quote(path), why(err))
	}
	value = strings.TrimRight(string(content), "\r\n")
	if value == "" {
		return "", fmt.Sprintf("the file %s is empty; put the secret into it", quote(path))
	}
	return value, ""
}

// from is where a path leads that stands in a file of a folder.
func from(folder, path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(os.Getenv("HOME"), rest)
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("too large")
)

// readRegular reads a file that is no folder, device or pipe, which could block
// for ever, and that has at most limit bytes.
func readRegular(path string, limit int64) ([]byte, error) {
	about, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !about.Mode().IsRegular():
		return nil, errNotRegular
	case about.Size() > limit:
		return nil, errTooLarge
	}
	content, err := os.ReadFile(path)
	if int64(len(content)) > limit {
		return nil, errTooLarge
	}
	return content, err
}

// why ends a sentence that begins with the name of a file that could not be read.
func why(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist; check the path"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read by this user; give read permission"
	case errors.Is(err, errNotRegular):
		return "is not a plain file; name one"
	case errors.Is(err, errTooLarge):
		return "is too large; name the right file"
	}
	return "could not be read; check the disk it is on"
}
