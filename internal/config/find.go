package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Find says which file is to be read: the given one if there is one, else
// warroom.yaml in the working directory, else warroom/warroom.yaml in the XDG
// config directory. It returns "" if none of the last two is there, which is no
// error. Source: XDG Base Directory Specification, 0.8.
func Find(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	for _, path := range searched() {
		_, err := os.Stat(path)
		switch {
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", Problems{{File: path, Message: "the file " + why(err)}}
		}
		other := path[:len(path)-len("yaml")] + "yml"
		if _, err := os.Stat(other); err == nil {
			return "", Problems{{File: other, Message: "the file is not read under this name; call it " + FileName + ", or name it with --config"}}
		}
	}
	return "", nil
}

// searched are the files that Find looks for, the first one first.
func searched() []string {
	return slices.DeleteFunc([]string{FileName, UserFile()}, func(path string) bool { return path == "" })
}

// UserFile is where the user's own config file is looked for, or "" if the user
// has no home.
func UserFile() string { return inUserFolder(FileName) }

// UserThemes is the folder of the user's own themes, or "" if the user has no home.
func UserThemes() string { return inUserFolder("themes") }

// UserKeys is where the user's own file of keys is, by which others enter the shared
// room, or "" if the user has no home.
func UserKeys() string { return inUserFolder("authorized_keys") }

// UserRevoked is where the user's own file of revoked keys and certificates is, or "" if
// the user has no home.
func UserRevoked() string { return inUserFolder("revoked_keys") }

func inUserFolder(name string) string {
	folder := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(folder) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		folder = filepath.Join(home, ".config")
	}
	return filepath.Join(folder, "warroom", name)
}
