package theme

import "testing"

func TestBrailleDotsStandWhereTheyAreAskedFor(t *testing.T) {
	for bits, want := range map[int]string{
		0: "\u2800", 1: "⡀", 1 << 1: "⢀", 1 << 2: "⠄", 1 << 3: "⠠", 1 << 4: "⠂", 1 << 5: "⠐", 1 << 6: "⠁", 1 << 7: "⠈", 255: "⣿",
	} {
		if got := Braille.Glyph(bits); got != want {
			t.Errorf("dots %08b are drawn as %s, want %s", bits, got, want)
		}
	}
}

func TestBarsReachAsHighAsTheirHighestDot(t *testing.T) {
	if got := Blocks.Glyph(0b111) + Blocks.Glyph(0b11111111) + Plain.Glyph(0b11) + Plain.Glyph(0); got != "▃█: " {
		t.Errorf("bars are %q", got)
	}
}

func TestEveryWayOfDrawingHasItsName(t *testing.T) {
	for _, name := range []string{"braille", "blocks", "ascii"} {
		if plot, ok := PlotNamed(name); !ok || plot.Name != name {
			t.Errorf("no plot %q", name)
		}
	}
	if _, ok := PlotNamed("crayon"); ok {
		t.Error("a plot that nobody made was found")
	}
}

func TestBlockLettersAreSetFromTheLowerHalfOfACell(t *testing.T) {
	if got := HalfBlocks.Glyph(0b01) + HalfBlocks.Glyph(0b10) + HalfBlocks.Glyph(0b11) + Hashes.Glyph(1); got != "▄▀█#" {
		t.Errorf("blocks are %q", got)
	}
}
