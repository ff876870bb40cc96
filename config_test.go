package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAConfigThatIsWrittenWhileTheScreenIsOpenIsTaken(t *testing.T) {
	s := start(t, 120, 40, []string{"AWS_EC2_METADATA_DISABLED=true"})
	s.waitFor("WARROOM")
	s.press(":reload\r")
	s.waitFor("there is no warroom.yaml here")
	text := "health: {off: true}\nalarms: {off: true}\nkeys: {quit: [x]}\nprobes:\n  - {name: shop-that-came-later, url: \"tcp://127.0.0.1:1\"}\n"
	if err := os.WriteFile(filepath.Join(s.command.Dir, "warroom.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.waitFor("shop-that-came-later")
	s.press("x")
	if status := s.status(); status != 0 {
		t.Errorf("the exit status is %d", status)
	}
	s.restored()
}
