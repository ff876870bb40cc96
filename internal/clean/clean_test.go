package clean

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// enough is a limit that none of the table's texts reaches.
const enough = 200

func TestLine(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"plain text stays", "checkout-5xx us-east-1", enough, "checkout-5xx us-east-1"},
		{"empty", "", enough, ""},
		{"letters of every script stay", "Zürich 東京 नमस्ते עברית", enough, "Zürich 東京 नमस्ते עברית"},
		{"blanks are folded", "  a \t b\u00a0\u3000c  ", enough, "a b c"},
		{"only blanks", " \t\n ", enough, ""},
		{"colour", "\x1b[31mred\x1b[0m", enough, "␛[31mred␛[0m"},
		{"device control string", "a\x1bPq#0\x1b\\b", enough, "a␛Pq#0␛\\b"},
		{"application program command", "\x1b_Gf=100;AAAA\x1b\\", enough, "␛_Gf=100;AAAA␛\\"},
		{"clipboard, OSC 52", "\x1b]52;c;aGk=\x07", enough, "␛]52;c;aGk=\ufffd"},
		{"link, OSC 8", "\x1b]8;;https://x.test\x1b\\y\x1b]8;;\x1b\\", enough, "␛]8;;https://x.test␛\\y␛]8;;␛\\"},
		{"control introducer of one rune", "a\u009b31mb", enough, "a\ufffd31mb"},
		{"C1 string starters", "\u0090\u009d\u009e\u009f\u0098", enough, "\ufffd\ufffd\ufffd\ufffd\ufffd"},
		{"control introducer as a bare byte", "a\x9b31mb", enough, "a\ufffd31mb"},
		{"backspace, bell, NUL, DEL", "a\bb\ac\x00d\x7f", enough, "a\ufffdb\ufffdc\ufffdd\ufffd"},
		{"shift out", "\x0eabc", enough, "\ufffdabc"},
		{"every line break", "a\nb\rc\r\nd\u0085e\u2028f\u2029g\vh\fi", enough, "a b c d e f g h i"},
		{"a line break alone", "a\nb", enough, "a b"},
		{"bidirectional override", "user\u202etxt.exe\u202c", enough, "usertxt.exe"},
		{"bidirectional isolates and marks", "\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c", enough, "abc"},
		{"zero width", "pay\u200bpal\u200c\u200d\u2060\ufeff", enough, "paypal"},
		{"soft hyphen", "co\u00adop", enough, "coop"},
		{"tag characters", "ok\U000e0001\U000e0068\U000e0069\U000e007f", enough, "ok"},
		{"heaped marks", "Z\u0301\u0302\u0303\u0304\u0305a", enough, "Z\u0301\u0302a"},
		{"heaped marks parted by nothing", "Z\u0301\u0302\u200b\u0303a", enough, "Z\u0301\u0302a"},
		{"a mark with no letter under it", "\u0301a \u0301b", enough, "a b"},
		{"emoji selector", "\u26a0\ufe0f !", enough, "\u26a0 !"},
		{"more selectors", "a\U000e0100\u180bb", enough, "ab"},
		{"invisible joiners", "a\u034f\u17b4\u2065b", enough, "ab"},
		{"fillers", "a\u3164\u115f\u1160\uffa0\u2800\U0001d159b", enough, "a b"},
		{"only fillers", "\u3164\u3164", enough, ""},
		{"private use", "\ue0a0branch\U000f0000", enough, "branch"},
		{"noncharacters", "a\ufdd0\uffff\U0010ffffb", enough, "ab"},
		{"invalid bytes", "a\xff\xc0\xafb\xed\xa0\x80", enough, "a\ufffd\ufffd\ufffdb\ufffd\ufffd\ufffd"},
		{"a cut rune", "a\xef\xbf", enough, "a\ufffd\ufffd"},
		{"a replacement stays", "a\ufffdb", enough, "a\ufffdb"},
		{"at the limit", "12345", 5, "12345"},
		{"over the limit", "123456", 5, "1234…"},
		{"runes are counted, not bytes", "äöüß", 4, "äöüß"},
		{"cut after a blank", "abc def", 5, "abc…"},
		{"what would be dropped does not count", "abc\u200b\u200b", 3, "abc"},
		{"trailing blanks do not count", "abc   ", 3, "abc"},
		{"limit of one", "abc", 1, "…"},
		{"no room", "abc", 0, ""},
		{"less than no room", "abc", -1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Line(c.in, c.limit)
			if got != c.want {
				t.Errorf("Line(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
			}
			if again := Line(got, c.limit); again != got {
				t.Errorf("a second time gives %q after %q", again, got)
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"line breaks stay", "one\ntwo", enough, "one\ntwo"},
		{"every break becomes the same", "a\r\nb\rc\u0085d\u2028e", enough, "a\nb\nc\nd\ne"},
		{"one empty line is a paragraph", "a\n\nb\r\n\r\nc", enough, "a\n\nb\n\nc"},
		{"more of them are not", "a\n\n\n \n\t\nb", enough, "a\n\nb"},
		{"none at the ends", "\n\n a \n\n", enough, "a"},
		{"blanks at line ends", "a  \n  b\tc", enough, "a\nb c"},
		{"a mark at the start of a line", "a\n\u0301b", enough, "a\nb"},
		{"escape", "a\n\x1b[2Jb", enough, "a\n␛[2Jb"},
		{"cut at a break", "ab\ncd", 4, "ab…"},
		{"cut in a line", "ab\ncdef", 5, "ab\nc…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Text(c.in, c.limit)
			if got != c.want {
				t.Errorf("Text(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
			}
			if again := Text(got, c.limit); again != got {
				t.Errorf("a second time gives %q after %q", again, got)
			}
		})
	}
}

// FuzzClean holds the promises that a terminal depends on, for any input.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "\x1b]52;c;aGk=\x07", "\u009b31m", "a\u202eb", "Z\u0301\u0302\u0303", " \u0301",
		"\xff\xfe", "\U000e0041", "a\r\n\r\n\r\nb", "\u3164", "e\u0301\u200b\u0301\u0301", "a \u2028 b",
	} {
		f.Add(seed, 5)
		f.Add(seed, enough)
	}
	f.Fuzz(func(t *testing.T, in string, limit int) {
		limit %= 500
		line, text := Line(in, limit), Text(in, limit)
		if strings.Contains(line, "\n") {
			t.Errorf("Line(%q) = %q has a line break", in, line)
		}
		if Line(line, limit) != line || Text(text, limit) != text {
			t.Errorf("not stable for %q: %q, %q", in, line, text)
		}
		promise(t, in, line, limit)
		promise(t, in, strings.ReplaceAll(text, "\n", " "), limit)
	})
}

func promise(t *testing.T, in, out string, limit int) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%q gives invalid UTF-8: %q", in, out)
	}
	if n := utf8.RuneCountInString(out); n > max(limit, 0) {
		t.Errorf("%q gives %d runes, more than %d", in, n, limit)
	}
	marks := marksPerBase
	for _, r := range out {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector, unicode.Zl, unicode.Zp) {
			t.Errorf("%q gives %U in %q", in, r, out)
		}
		if !unicode.Is(unicode.M, r) {
			marks = 0
			if r == ' ' {
				marks = marksPerBase
			}
		} else if marks++; marks > marksPerBase {
			t.Errorf("%q gives a heap of marks in %q", in, out)
		}
	}
}

func TestCleanTextIsNotCopied(t *testing.T) {
	for _, s := range []string{"Threshold Crossed: 1 datapoint [12.0] was greater than 5.0", "✖ ALARM → OK … ␛ \ufffd e\u0301"} {
		if n := testing.AllocsPerRun(100, func() { Line(s, enough) }); n != 0 {
			t.Errorf("%q costs %v allocations", s, n)
		}
	}
}

func TestAHostileLengthCostsNoMoreThanTheLimit(t *testing.T) {
	endless := strings.Repeat("\x1b]52;c;AAAA", 1<<20)
	least := uint64(math.MaxUint64) // the runtime allocates in the background, so the cleanest of a few counts
	for range 10 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Line(endless, 80)
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	if least > 4096 {
		t.Errorf("one line of 80 took %d bytes", least)
	}
}

func BenchmarkLineThatIsCleanAlready(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Line("Threshold Crossed: 1 datapoint [12.0 (20/10/25 07:48:00)] was greater than the threshold (5.0).", 500)
	}
}

func BenchmarkLineWithMarksThatIsCleanAlready(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Line("✖ ALARM → OK größer als … 東京", 500)
	}
}

func BenchmarkLineFullOfEscapes(b *testing.B) {
	hostile := strings.Repeat("\x1b[31m\u202e\u200bz\u0301\u0302\u0303 ", 10)
	b.ReportAllocs()
	for b.Loop() {
		Line(hostile, 500)
	}
}
