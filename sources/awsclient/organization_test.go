package awsclient

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// organization answers ListAccounts with three pages, the second of them empty.
func organization(accounts ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		half := len(accounts) / 2
		switch {
		case r.Header.Get("X-Amz-Target") != "AWSOrganizationsV20161128.ListAccounts":
			http.Error(w, "not ListAccounts", http.StatusBadRequest)
		case strings.Contains(string(body), `"NextToken":"second"`):
			answer(200, jsonKind, `{"Accounts":[],"NextToken":"third"}`)(w, r)
		case strings.Contains(string(body), `"NextToken":"third"`):
			answer(200, jsonKind, `{"Accounts":[`+strings.Join(accounts[half:], ",")+`]}`)(w, r)
		default:
			answer(200, jsonKind, `{"Accounts":[`+strings.Join(accounts[:half], ",")+`],"NextToken":"second"}`)(w, r)
		}
	}
}

func member(number int, name, state string) string {
	return fmt.Sprintf(`{"Id":"%012d","Name":"%s","State":%q}`, number, name, state)
}

func TestTheActiveAccountsOfAnOrganizationAreListed(t *testing.T) {
	cfg := serve(t, organization(member(1, "payments", "ACTIVE"), member(2, "old", "SUSPENDED"), member(3, "leaving", "PENDING_CLOSURE"),
		member(4, `web\u001b[31m`, "ACTIVE"), `{"Id":"000000000005","Name":"older","Arn":"arn:aws-cn:organizations::1:account/o-1/5","Status":"ACTIVE"}`, `{"Id":"000000000006","Name":"gone","Status":"SUSPENDED"}`))
	members, left, err := Members(t.Context(), cfg)
	if got := fmt.Sprint(members, left); err != nil || got != "[{000000000001 payments aws} {000000000004 web␛[31m aws} {000000000005 older aws-cn}] 0" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAnAccountThatJoinsTakesNoOthersPlaceAndIsThereOnce(t *testing.T) {
	joined := func(number int, day string) string {
		return fmt.Sprintf(`{"Id":"%012d","Name":"a","State":"ACTIVE","JoinedTimestamp":%s}`, number, day)
	}
	cfg := serve(t, organization(joined(5, "1.5e9"), joined(9, "1.4e9"), joined(1, "1.7e9"), joined(5, "1.5e9"), joined(2, "1.5e9")))
	members, _, err := Members(t.Context(), cfg)
	var numbers []string
	for _, m := range members {
		numbers = append(numbers, strings.TrimLeft(m.Number, "0"))
	}
	if got := strings.Join(numbers, " "); err != nil || got != "9 2 5 1" {
		t.Errorf("there are %s, %v", got, err)
	}
}

func TestAListOfNoAccountIsNone(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"empty": answer(200, jsonKind, `{}`), "all suspended": organization(member(1, "a", "SUSPENDED"), member(2, "b", "SUSPENDED"))} {
		if members, _, err := Members(t.Context(), serve(t, handler)); err == nil {
			t.Errorf("%s: there are %v", name, members)
		}
	}
}

func TestMoreAccountsThanTheLimitAreCounted(t *testing.T) {
	var accounts []string
	for i := range MemberLimit + 7 {
		accounts = append(accounts, member(i, "a", "ACTIVE"))
	}
	if members, left, err := Members(t.Context(), serve(t, organization(accounts...))); len(members) != MemberLimit || left != 7 || err != nil {
		t.Errorf("%d members, %d left, %v", len(members), left, err)
	}
}

func TestAnOrganizationThatMayNotBeListedIsToldInWords(t *testing.T) {
	_, _, err := Members(t.Context(), serve(t, coded(400, "AccessDeniedException")))
	expectCause(t, errors.Unwrap(err), CauseDenied, "the credentials of profile default may not call organizations:ListAccounts")
	_, _, err = Members(t.Context(), serve(t, coded(400, "AWSOrganizationsNotInUseException")))
	expectCause(t, errors.Unwrap(err), "no-organization", "this account is in no organization")
	endless := func(w http.ResponseWriter, r *http.Request) {
		answer(200, jsonKind, `{"Accounts":[],"NextToken":"again"}`)(w, r)
	}
	if _, _, err = Members(t.Context(), serve(t, endless)); err == nil || !strings.Contains(err.Error(), "1000 pages") {
		t.Errorf("a list without an end gives %v", err)
	}
}
