package probe

import (
	"cmp"
	"strconv"
	"strings"
)

// decimal is a number as it was written, 0.digits × 10^exponent, because a float64 takes
// 2^53 and 2^53+1 for the same. It has no leading and no trailing zeros; zero has no
// digits at all. The number 1e999999999 costs no more than it has characters.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// exponentLimit keeps sums of exponents within an int; what is larger is equally large.
const exponentLimit = 1 << 40

// decimalOf reads a number as JSON has it (RFC 8259, section 6).
func decimalOf(number string) decimal {
	number, negative := strings.CutPrefix(number, "-")
	exponent := 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		exponent, _ = strconv.Atoi(number[i+1:]) // the nearest int if it has too many digits
		exponent = max(-exponentLimit, min(exponent, exponentLimit))
		number = number[:i]
	}
	whole, fraction, _ := strings.Cut(number, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent += len(digits) - len(fraction)
	if digits = strings.TrimRight(digits, "0"); digits == "" {
		return decimal{}
	}
	return decimal{negative, digits, exponent}
}

// compare is less than 0 if d is less than o, 0 if they are the same, else more than 0.
func (d decimal) compare(o decimal) int {
	if by := cmp.Compare(d.sign(), o.sign()); by != 0 {
		return by
	}
	return d.sign() * cmp.Or(cmp.Compare(d.exponent, o.exponent), cmp.Compare(d.digits, o.digits))
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}
