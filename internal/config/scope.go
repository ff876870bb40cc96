package config

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Scope is as whom and where AWS is looked at: one set of credentials and its
// regions.
type Scope struct {
	Account    string   `yaml:"account,omitempty" doc:"What the account is called on the screen." usual:"its number" example:"prod"`
	Profile    string   `yaml:"profile,omitempty" doc:"A profile of the AWS config files." usual:"AWS_PROFILE, or the default profile" example:"prod-readonly"`
	Role       string   `yaml:"role,omitempty" doc:"The ARN of a role to assume with those credentials; with organization, the name of a role that every account has." example:"arn:aws:iam::111111111111:role/warroom"`
	ExternalID Secret   `yaml:"external_id,omitempty" doc:"What the role's trust policy asks for; may be a reference." example:"${env:WARROOM_EXTERNAL_ID}"`
	Regions    []string `yaml:"regions,omitempty" doc:"The regions whose alarms are watched." usual:"the profile's own region" example:"[us-east-1, eu-west-1]"`

	Organization bool `yaml:"organization,omitempty" doc:"Watch every active account of the organization that these credentials may list, with the role in each."`
	FIPS         bool `yaml:"fips,omitempty" doc:"Call the FIPS endpoints, which AWS has in its regions of the United States."`
	DualStack    bool `yaml:"dual_stack,omitempty" doc:"Call the endpoints that have IPv6 beside IPv4."`
}

var (
	// rolePattern is the ARN of an IAM role, in any partition.
	rolePattern = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$`)
	// roleNamePattern is the name of a role, with its path if it has one. Source: IAM,
	// CreateRole.
	roleNamePattern = regexp.MustCompile(`^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`)
	accountPattern  = regexp.MustCompile(`^[0-9]{12}$`)
	// externalIDPattern is what STS takes, but for the length. Source: AssumeRole, ExternalId.
	externalIDPattern = regexp.MustCompile(`^[A-Za-z0-9_+=,.@:/-]{2,}$`)
)

// externalIDLimit is the most that STS takes. Source: AssumeRole, ExternalId.
const externalIDLimit = 1224

func (r *reader) checkScopes(c *Config) {
	credentials, labels := map[string]string{}, map[string]string{}
	for i := range c.Scopes {
		s, path := &c.Scopes[i], fmt.Sprintf("scopes[%d]", i)
		r.checkScope(path, s)
		regions := s.Regions
		if len(regions) == 0 {
			regions = []string{""}
		}
		for j, region := range regions {
			at := path
			if region != "" {
				at = fmt.Sprintf("%s.regions[%d]", path, j)
			}
			who := strings.Join([]string{s.Profile, s.Role, region}, "\n")
			if first, taken := credentials[who]; taken {
				r.wrong(at, "%s looks at the same place with the same credentials; take one of the two away", first)
				continue
			}
			credentials[who] = at
			if s.Account == "" {
				continue
			}
			what := s.Account + "\n" + region
			if first, taken := labels[what]; taken {
				r.wrong(at, "%s is also called %s there, and the screen could not tell them apart; give them different account names", first, quote(s.Account))
				continue
			}
			labels[what] = at
		}
	}
}

func (r *reader) checkScope(path string, s *Scope) {
	r.checkLine(path+".account", s.Account)
	r.checkLine(path+".profile", s.Profile)
	r.checkRole(path, s)
	if s.Role == "" && r.given(path+".external_id") {
		r.wrong(path+".external_id", "an external id is only of use with a role; add role, or take it away")
	}
	if id := s.ExternalID.Reveal(); id != "" && (!externalIDPattern.MatchString(id) || len(id) > externalIDLimit) {
		r.wrong(path+".external_id", "AWS takes 2 to %d letters, digits and _+=,.@:/- as an external id; this is something else", externalIDLimit)
	}
	for i, region := range s.Regions {
		at := fmt.Sprintf("%s.regions[%d]", path, i)
		if wrong := RegionMistake(region); wrong != "" {
			r.wrong(at, "%s", wrong)
		} else if s.rolePartition() != "" && s.rolePartition() != partition(region) {
			r.wrong(at, "the role is in the partition %s of AWS, and %s is in %s; no credentials work in both", s.rolePartition(), region, partition(region))
		} else if wrong := FIPSMistake(region); s.FIPS && wrong != "" {
			r.wrong(at, "%s", wrong)
		}
	}
}

// FIPSMistake says what is wrong with FIPS in a region, or "". The SDK makes up a host that
// does not exist. Source: AWS General Reference, "Amazon CloudWatch endpoints", which has
// them in us-east-1, us-east-2, us-west-1, us-west-2 and GovCloud, as other services do.
func FIPSMistake(region string) string {
	if strings.HasPrefix(region, "us-") {
		return ""
	}
	return fmt.Sprintf("AWS has FIPS endpoints in its regions of the United States alone, and %s is none of them; ask it without fips", region)
}

func (r *reader) checkRole(path string, s *Scope) {
	switch {
	case !s.Organization:
		if s.Role != "" && !rolePattern.MatchString(s.Role) {
			r.wrong(path+".role", "%s is not the ARN of a role; write it like arn:aws:iam::111111111111:role/warroom", quote(s.Role))
		}
	case s.Role == "":
		r.wrong(path+".organization", "with organization, role says which role to assume in each account; add it, such as role: warroom")
	case !roleNamePattern.MatchString(s.Role):
		r.wrong(path+".role", "%s is not the name of a role; with organization, write the name that the role has in every account, such as warroom", quote(s.Role))
	}
	if s.Organization && s.Account != "" {
		r.wrong(path+".account", "an organization has many accounts, and they cannot all be called %s; name them under accounts", quote(s.Account))
	}
}

// rolePartition is the partition of a role's ARN, or "".
func (s *Scope) rolePartition() string {
	if !rolePattern.MatchString(s.Role) {
		return ""
	}
	return strings.Split(s.Role, ":")[1]
}

// checkAccounts looks at the names of accounts.
func (r *reader) checkAccounts(c *Config) {
	taken := map[string]string{}
	for i := range c.Scopes {
		if name := c.Scopes[i].Account; name != "" {
			taken[name] = fmt.Sprintf("scopes[%d]", i)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(c.Accounts)) {
		at, name := join("accounts", number), c.Accounts[number]
		if !accountPattern.MatchString(number) {
			r.wrongKey(at, "%s is not the number of an account; write its twelve digits in quotes, such as \"111122223333\"", quote(number))
		}
		r.checkLine(at, name)
		if other, twice := taken[name]; twice {
			r.wrong(at, "%s is also called %s, and the screen could not tell them apart; give them different names", other, quote(name))
			continue
		}
		taken[name] = number
	}
}

// checkHealth looks for the account that is to read AWS Health for its organization.
func (r *reader) checkHealth(c *Config) {
	wanted, at := c.Health.Organization, "health.organization"
	r.checkLine(at, wanted)
	names := slices.Sorted(maps.Values(c.Accounts))
	for i := range c.Scopes {
		if name := c.Scopes[i].Account; name != "" {
			names = append(names, name)
		}
	}
	switch {
	case wanted == "":
	case c.Health.Off:
		r.wrong(at, "AWS Health is off, so nobody is asked for the organization; take one of the two away")
	case !accountPattern.MatchString(wanted) && !slices.Contains(names, wanted):
		r.wrong(at, "no account is called %s%s", quote(wanted), Meant(wanted, names, "write its number in quotes, such as \"111122223333\", or its name as under scopes or accounts"))
	}
}

// AccountName is what an account is called on the screen, by its number: the number
// itself if nobody has named it.
func (c *Config) AccountName(number string) string {
	return cmp.Or(c.Accounts[number], number)
}

// AccountNumber is the number of an account that has a name under accounts, or whose name
// is its number; "" for another.
func (c *Config) AccountNumber(name string) string {
	if accountPattern.MatchString(name) {
		return name
	}
	for number, called := range c.Accounts {
		if called == name {
			return number
		}
	}
	return ""
}
