package cloudwatch

import "testing"

func TestOnlyACallOfALambdaFunctionIsDear(t *testing.T) {
	for expression, want := range map[string]bool{
		`LAMBDA('f')`:                            true,
		`FILL(LAMBDA('f'), 0)`:                   true,
		"IF(m1 > 1, lambda\n(\"f\", m1), 0)":     true,
		`'it' + "is" + Lambda('f')`:              true,
		`"it's" + LAMBDA('f')`:                   true,
		`m1 + lambda1`:                           false,
		`MYLAMBDA(m1)`:                           false,
		`SEARCH('{AWS/Lambda} LAMBDA(f', 'Sum')`: false,
		`"it's LAMBDA('f')" + m1`:                false,
		`RATE(m1)`:                               false,
	} {
		if got := dear(expression) != ""; got != want {
			t.Errorf("%s: dear is %v", expression, got)
		}
	}
}
